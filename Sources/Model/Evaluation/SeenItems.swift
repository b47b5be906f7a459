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
    for sample in [dataset.train, dataset.valid, dataset.test].joined() {
      let (user, own) = (Int(sample.user), sample.start..<sample.start + sample.length + 1)
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
    // A sequence of n items has n − 1 samples and is one part; in files that are already split, each sample has items of its own.
    let parts = max(dataset.userTokens.count, min(samples, dataset.items.count - samples))
    // Growing, the list of closed parts takes twice its 16 bytes for each, and its old half.
    return 24 * dataset.userTokens.count + 56 * parts
  }

  /// The ids, in increasing order, each once; the sample's target is among them if the user had had it, too.
  func items(before sample: Sample) -> [Int32] {
    let target = sample.start + sample.length
    var seen: [Int32] = []
    for part in parts[firstParts[Int(sample.user)]..<firstParts[Int(sample.user) + 1]] {
      let isOwn = part.contains(target) && part.lowerBound <= sample.start
      seen += dataset.items[Int(part.lowerBound)..<Int(isOwn ? target : part.upperBound)]
      if isOwn { break }
    }
    seen.sort()
    var count = 0
    for item in seen where count == 0 || seen[count - 1] != item {
      seen[count] = item
      count += 1
    }
    return Array(seen.prefix(count))
  }
}
