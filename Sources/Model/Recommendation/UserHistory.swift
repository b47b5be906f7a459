/// What is known of a user to whom items are recommended.
public struct UserHistory: Sendable, Equatable {
  /// The user's token.
  public let user: String

  /// The items that the network reads, oldest first: the last `MAX_ITEM_LIST_LENGTH`; none for a user without a history.
  package let items: [Int32]

  /// All items that the user has had, in any order; items may occur several times.
  package let seen: [Int32]

  package init(user: String, items: [Int32], seen: [Int32]) {
    self.user = user
    self.items = items
    self.seen = seen
  }
}

/// The complete histories of a dataset's users, of which nothing is held out.
public struct UserHistories: Sendable {
  private let dataset: SequenceDataset

  /// Where each user's items begin in the dataset's, by id, and where the last user's end; empty for a predefined split.
  private var starts: [Int] = []

  /// The samples of a predefined split by user, and where each user's begin.
  private var samples: [Sample] = []
  private var firstSamples: [Int] = []

  /// Where the row of each of these samples begins.
  private var rowStarts: [Int] = []

  /// - Parameter report: The report about reading the dataset.
  public init(_ dataset: SequenceDataset, _ report: LoadReport) {
    self.dataset = dataset
    guard report.sequenceLengths.isEmpty else {
      // The ids of users with rows come first, in the order of their rows; those of others follow.
      starts = [0, 0]
      starts.reserveCapacity(dataset.userTokens.count + 1)
      for length in report.sequenceLengths { starts.append(starts[starts.count - 1] + Int(length)) }
      while starts.count <= dataset.userTokens.count { starts.append(starts[starts.count - 1]) }
      return
    }
    let all = dataset.train + dataset.valid + dataset.test
    firstSamples = [Int](repeating: 0, count: dataset.userTokens.count + 1)
    for sample in all { firstSamples[Int(sample.user) + 1] += 1 }
    for user in 1..<firstSamples.count { firstSamples[user] += firstSamples[user - 1] }
    samples = all
    rowStarts = [Int](repeating: 0, count: all.count)
    var next = firstSamples
    var end = 0
    for sample in all {
      samples[next[Int(sample.user)]] = sample
      rowStarts[next[Int(sample.user)]] = end
      end = Int(sample.start + sample.length) + 1
      next[Int(sample.user)] += 1
    }
  }

  /// The ids of all users, in the dataset's order.
  public var users: Range<Int32> { 1..<Int32(max(1, dataset.userTokens.count)) }

  /// A user's history.
  ///
  /// In a predefined split, it is that of the user's last row, with its target; seen are the items of all rows.
  ///
  /// - Parameter includesSeen: Whether to list all items that the user has had.
  package func history(of user: Int32, includesSeen: Bool) -> UserHistory {
    let (token, longest) = (dataset.userTokens[Int(user)], dataset.maximumLength)
    guard firstSamples.isEmpty else {
      let rows = firstSamples[Int(user)]..<firstSamples[Int(user) + 1]
      let own = samples[rows]
      let items = own.last.map { dataset.history(of: $0) + [dataset.target(of: $0)] } ?? []
      let seen =
        includesSeen
        ? rows.flatMap { dataset.items[rowStarts[$0]...Int(samples[$0].start + samples[$0].length)] } : []
      return UserHistory(user: token, items: Array(items.suffix(longest)), seen: seen)
    }
    let items = dataset.items[starts[Int(user)]..<starts[Int(user) + 1]]
    return UserHistory(user: token, items: Array(items.suffix(longest)), seen: includesSeen ? Array(items) : [])
  }

  /// The items by the number of their rows, most first; equally frequent items by id.
  package func popularItems() -> [Int32] {
    var counts = [Int](repeating: 0, count: dataset.itemCount)
    if firstSamples.isEmpty {
      for item in dataset.items { counts[Int(item)] += 1 }
    } else {
      for sample in samples { counts[Int(dataset.target(of: sample))] += 1 }
    }
    return (1..<Int32(max(1, dataset.itemCount))).sorted {
      (counts[Int($1)], $0) < (counts[Int($0)], $1)
    }
  }
}
