/// Creates samples from sequences and holds out the last samples of each user.
///
/// A user's items x₁ … xₙ give one sample for each k from 2 to n, with target xₖ and a history of up to
/// `maximumLength` items before it.
struct Splitter {
  private(set) var train: [Sample] = []
  private(set) var valid: [Sample] = []
  private(set) var test: [Sample] = []

  private let split: DatasetConfiguration.Split
  private let maximumLength: Int

  init(_ split: DatasetConfiguration.Split, maximumLength: Int) {
    self.split = split
    self.maximumLength = maximumLength
  }

  /// How many of a user's `sampleCount` samples are used for training, validation and test.
  ///
  /// One sample is always kept for training. If that leaves only one for validation and test, it is used for
  /// the test: a user with three items is tested, but not validated.
  static func counts(
    of sampleCount: Int, _ split: DatasetConfiguration.Split
  ) -> (train: Int, valid: Int, test: Int) {
    let heldOut = max(0, min(split == .validAndTest ? 2 : 1, sampleCount - 1))
    let kept = sampleCount - heldOut
    return switch split {
    case .validAndTest: (kept, heldOut == 2 ? 1 : 0, min(heldOut, 1))
    case .validOnly: (kept, heldOut, 0)
    case .testOnly: (kept, 0, heldOut)
    }
  }

  /// Splits all users, ordered by the time of their second item.
  ///
  /// This is the order of RecBole's table, which is sorted by the targets' times and then grouped by user.
  mutating func split(_ sequences: Sequences) {
    let (starts, times) = (sequences.starts, sequences.secondTimes)
    var users = (0..<times.count).filter { user in starts[user + 1] - starts[user] > 1 }
    users.sort { first, second in
      times[first] == times[second] ? first < second : times[first] < times[second]
    }
    var trainCount = 0
    for user in users { trainCount += Self.counts(of: starts[user + 1] - starts[user] - 1, split).train }
    train.reserveCapacity(trainCount)
    for user in users {
      let sampleCount = starts[user + 1] - starts[user] - 1
      let counts = Self.counts(of: sampleCount, split)
      for index in 1...sampleCount {
        let length = min(index, maximumLength)
        let sample = Sample(
          user: Int32(user), start: Int32(starts[user] + index - length), length: Int32(length))
        if index <= counts.train {
          train.append(sample)
        } else if index <= counts.train + counts.valid {
          valid.append(sample)
        } else {
          test.append(sample)
        }
      }
    }
  }

  /// Throws if there are no training samples, or none of what the split holds out.
  func requireSamples(at path: String) throws(DataError) {
    if train.isEmpty {
      throw DataError(
        at: path, found: "no user with at least two interactions",
        expected: "longer sequences, since training needs two")
    }
    if split == .validOnly ? valid.isEmpty : test.isEmpty {
      throw DataError(
        at: path, found: "no user with at least three interactions",
        expected: "longer sequences, since a \(split == .validOnly ? "validation" : "test") split needs three")
    }
  }
}
