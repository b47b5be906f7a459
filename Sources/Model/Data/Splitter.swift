/// Creates samples from sequences and decides which of them are held out.
///
/// A user's items x₁ … xₙ give one sample for each k from 2 to n, with target xₖ and a history of up to
/// `maximumLength` items before it.
struct Splitter {
  private(set) var train: [Sample] = []
  private(set) var valid: [Sample] = []
  private(set) var test: [Sample] = []

  private let split: DatasetConfiguration.Split
  private let maximumLength: Int

  /// How many of some samples, in their order, are used for training, validation and test.
  typealias Counts = (train: Int, valid: Int, test: Int)

  init(_ split: DatasetConfiguration.Split, maximumLength: Int) {
    self.split = split
    self.maximumLength = maximumLength
  }

  /// How many of a user's `sampleCount` samples are used for training, validation and test; `nil` if that depends on other users, too.
  ///
  /// If samples are left out, one is always kept for training. If that leaves only one for validation and test, it is used for
  /// the test: a user with three items is tested, but not validated.
  static func counts(of sampleCount: Int, _ split: DatasetConfiguration.Split) -> Counts? {
    let heldOut = max(0, min(split == .validAndTest ? 2 : 1, sampleCount - 1))
    let kept = sampleCount - heldOut
    return switch split {
    case .validAndTest: (kept, heldOut == 2 ? 1 : 0, min(heldOut, 1))
    case .validOnly: (kept, heldOut, 0)
    case .testOnly: (kept, 0, heldOut)
    case .ratioByUser(let ratios): ratios.counts(of: sampleCount)
    case .ratio, .time: nil
    }
  }

  /// Splits all users.
  ///
  /// - Parameter sequences: With times, if the split needs them.
  /// - Parameter comparedTime: Made the sequences' times.
  mutating func split(_ sequences: Sequences, comparing comparedTime: ComparedTime) {
    let (split, starts) = (self.split, sequences.starts)
    switch split {
    case .validAndTest, .validOnly, .testOnly, .ratioByUser:
      splitUsers(sequences) { user in
        Self.counts(of: starts[user + 1] - starts[user] - 1, split) ?? (0, 0, 0)
      }
    case .time(let ratios):
      let times = Self.targets(in: sequences).map { sequences.times[$0] }.sorted()
      guard !times.isEmpty else { return }
      let boundary = ratios.boundary(of: times, comparedTime)
      splitUsers(sequences) { user in
        let own = sequences.times[starts[user] + 1..<starts[user + 1]]
        let earlier = own.count { $0 <= boundary }
        return ratios.counts(earlier: earlier, later: own.count - earlier)
      }
    case .ratio(let ratios): splitTogether(sequences, ratios)
    }
  }

  /// The places of all targets, by user.
  private static func targets(in sequences: Sequences) -> [Int] {
    zip(sequences.starts, sequences.starts.dropFirst()).flatMap { start, end in (start..<end).dropFirst() }
  }

  /// The `index`-th sample of a user, from 1.
  private func sample(_ index: Int, of user: Int, startingAt start: Int) -> Sample {
    let length = min(index, maximumLength)
    return Sample(user: Int32(user), start: Int32(start + index - length), length: Int32(length))
  }

  /// Splits the samples of each user, ordered by the time of their second item.
  ///
  /// This is the order of RecBole's table, which is sorted by the targets' times and then grouped by user.
  ///
  /// - Parameter counts: For a user, the numbers of samples, which together are all of them.
  private mutating func splitUsers(_ sequences: Sequences, _ counts: (_ user: Int) -> Counts) {
    let (starts, times) = (sequences.starts, sequences.secondTimes)
    var users = (0..<times.count).filter { user in starts[user + 1] - starts[user] > 1 }
    users.sort { first, second in
      times[first] == times[second] ? first < second : times[first] < times[second]
    }
    let allCounts = users.map(counts)
    train.reserveCapacity(allCounts.reduce(0) { $0 + $1.train })
    for (user, counts) in zip(users, allCounts) {
      for index in 1...starts[user + 1] - starts[user] - 1 {
        append(sample(index, of: user, startingAt: starts[user]), at: index - 1, counts)
      }
    }
  }

  /// Splits the samples of all users together, ordered by the times of their targets; equal times keep the order of users.
  private mutating func splitTogether(_ sequences: Sequences, _ ratios: SplitRatios) {
    let starts = sequences.starts
    let samples = starts.indices.dropLast().flatMap { user in
      (1..<max(1, starts[user + 1] - starts[user])).map { sample($0, of: user, startingAt: starts[user]) }
    }
    let counts = ratios.counts(of: samples.count)
    let order = Interactions.stableOrder(of: Self.targets(in: sequences).map { sequences.times[$0] })
    for (place, index) in order.enumerated() { append(samples[Int(index)], at: place, counts) }
  }

  /// Adds a sample to the part to which its place belongs.
  private mutating func append(_ sample: Sample, at place: Int, _ counts: Counts) {
    if place < counts.train {
      train.append(sample)
    } else if place < counts.train + counts.valid {
      valid.append(sample)
    } else {
      test.append(sample)
    }
  }
}

// MARK: - Empty parts

extension Splitter {
  /// Throws if there are no training samples, or none of what the split holds out.
  func requireSamples(at path: String) throws(DataError) {
    if train.isEmpty {
      let hasSamples = !valid.isEmpty || !test.isEmpty
      throw DataError(
        at: path, found: hasSamples ? "no training sample" : "no user with at least two interactions",
        expected: hasSamples
          ? "longer sequences, or a larger first share in eval_args"
          : "longer sequences, since training needs two")
    }
    switch split {
    case .validAndTest, .validOnly, .testOnly:
      guard split == .validOnly ? valid.isEmpty : test.isEmpty else { return }
      throw DataError(
        at: path, found: "no user with at least three interactions",
        expected: "longer sequences, since a \(split == .validOnly ? "validation" : "test") split needs three")
    case .ratioByUser(let ratios), .ratio(let ratios), .time(let ratios):
      let hasTest = ratios.ratios[2] > 0
      guard hasTest ? test.isEmpty : valid.isEmpty else { return }
      throw DataError(
        at: path, found: "no \(hasTest ? "test" : "validation") sample\(reason(hasTest))",
        expected: "longer sequences, or a larger \(hasTest ? "third" : "second") share in eval_args")
    }
  }

  /// Why there may be no test sample.
  private func reason(_ hasTest: Bool) -> String {
    guard hasTest, case .time = split else { return "" }
    return " after the time that divides them"
  }

  /// Why there are no validation samples, although the split is to have some; `nil` if there are.
  var missingValidation: String? {
    guard valid.isEmpty else { return nil }
    switch split {
    case .validAndTest: return "no user has at least four interactions, the minimum for a validation split"
    case .validOnly, .testOnly: return nil
    case .ratioByUser(let ratios), .ratio(let ratios), .time(let ratios):
      return ratios.ratios[1] > 0 ? "no sample is left for validation" : nil
    }
  }
}

extension DatasetConfiguration.Split {
  /// Whether it leaves nothing for validation, whatever the data.
  public var isWithoutValidation: Bool {
    switch self {
    case .validAndTest, .validOnly: false
    case .testOnly: true
    case .ratioByUser(let ratios), .ratio(let ratios), .time(let ratios): ratios.ratios[1] == 0
    }
  }

  /// Whether it depends on the times of all targets.
  var needsTimes: Bool {
    switch self {
    case .validAndTest, .validOnly, .testOnly, .ratioByUser: false
    case .ratio, .time: true
    }
  }
}
