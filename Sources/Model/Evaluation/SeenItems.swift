/// The items that users had had before their held-out samples, however long ago.
///
/// These are all items of the user's earlier samples, in the order training, validation, test, and of the sample's own history.
struct SeenItems {
  private let dataset: SequenceDataset

  /// Parts of the dataset's `items`, by user and then in the order of the samples; each ends after the target of its last sample.
  private var parts: [Range<Int32>] = []

  /// Where each user's parts begin, by id, and where the last user's end.
  private var firstParts: [Int]

  init(_ dataset: SequenceDataset) {
    self.dataset = dataset
    let count = dataset.userTokens.count
    firstParts = [Int](repeating: 0, count: count + 1)
    // Neighboring samples of a sequence share most of their items, so they are one part.
    var last = [Range<Int32>](repeating: 0..<0, count: count)
    var closed: [(user: Int32, part: Range<Int32>)] = []
    var end: Int32 = 0
    for sample in [dataset.train, dataset.valid, dataset.test].joined() {
      let start = dataset.isSplitBeforehand ? end : sample.start
      end = sample.start + sample.length + 1
      let (user, own) = (Int(sample.user), start..<end)
      let part = last[user]
      if !part.isEmpty, part.lowerBound...part.upperBound ~= own.lowerBound, own.upperBound >= part.upperBound {
        last[user] = part.lowerBound..<own.upperBound
      } else {
        if !part.isEmpty { closed.append((sample.user, part)) }
        last[user] = own
      }
    }
    for (user, part) in last.enumerated() where !part.isEmpty { closed.append((Int32(user), part)) }
    for (user, _) in closed { firstParts[Int(user) + 1] += 1 }
    for user in firstParts.indices.dropFirst() { firstParts[user] += firstParts[user - 1] }
    var next = firstParts
    parts = [Range<Int32>](repeating: 0..<0, count: closed.count)
    for (user, part) in closed {
      parts[next[Int(user)]] = part
      next[Int(user)] += 1
    }
  }

  /// An upper bound of the bytes that these lists take while they are made.
  static func byteCount(_ dataset: SequenceDataset) -> Int {
    let samples = dataset.train.count + dataset.valid.count + dataset.test.count
    // A sequence is one part; in files that are already split, each sample may be one.
    let parts = dataset.isSplitBeforehand ? samples : dataset.userTokens.count
    // Growing, the list of closed parts takes twice its 16 bytes for each, and its old half.
    return 24 * dataset.userTokens.count + 56 * parts
  }

  /// The items before each sample: their ids in increasing order, each once. The sample's target is among them if the user had had it, too.
  ///
  /// - Parameter samples: Samples of the dataset, in any order. Those of one user that stand together share the work.
  func items(before samples: some Sequence<Sample>) -> [[Int32]] {
    var walk = Walk(itemCount: dataset.itemCount)
    return samples.map { sample in
      if walk.user != sample.user || !advance(&walk, to: sample) {
        walk.start(sample.user, firstParts[Int(sample.user)])
        _ = advance(&walk, to: sample)
      }
      return walk.items.sorted()
    }
  }

  /// The number of items in each ranking: all but padding and what is left out, with the held-out item, which stays.
  ///
  /// - Parameter seen: The items left out of each ranking.
  static func candidateCounts(_ labels: some Collection<Int32>, leavingOut seen: [[Int32]], itemCount: Int) -> [Int] {
    zip(labels, seen).map { label, seen in itemCount - 1 - seen.count + (seen.contains(label) ? 1 : 0) }
  }

  /// One user's items up to some place.
  private struct Walk {
    var user: Int32 = -1
    var part = 0

    /// How much of the part has been walked.
    var length = 0

    /// Each once, in the order of the walk.
    var items: [Int32] = []

    /// The number of the walk in which each item was met last.
    private var marks: [Int32]
    private var number: Int32 = 0

    init(itemCount: Int) { marks = [Int32](repeating: 0, count: itemCount) }

    mutating func start(_ user: Int32, _ part: Int) {
      (self.user, self.part, length) = (user, part, 0)
      number += 1
      items.removeAll(keepingCapacity: true)
    }

    mutating func add(_ more: ArraySlice<Int32>) {
      for item in more where marks[Int(item)] != number {
        marks[Int(item)] = number
        items.append(item)
      }
    }
  }

  /// Goes on to a sample of the walk's user; returns `false` if it is behind.
  private func advance(_ walk: inout Walk, to sample: Sample) -> Bool {
    let target = sample.start + sample.length
    while walk.part < firstParts[Int(sample.user) + 1] {
      let part = parts[walk.part]
      let isOwn = part.contains(target) && part.lowerBound <= sample.start
      let (start, end) = (Int(part.lowerBound) + walk.length, Int(isOwn ? target : part.upperBound))
      if start > end { return false }
      walk.add(dataset.items[start..<end])
      walk.length += end - start
      if isOwn { return true }
      (walk.part, walk.length) = (walk.part + 1, 0)
    }
    return false
  }
}
