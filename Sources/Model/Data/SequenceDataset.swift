/// The samples of a dataset: item sequences, and for each sample the position of its history in them.
///
/// It is read once, never changed, and shared by all trials.
public struct SequenceDataset: Sendable {
  /// The name by which it was requested.
  public let name: String

  /// The SHA-256, in hexadecimal, of the bytes of all files that were read.
  public let contentHash: String

  /// The users' tokens by id; id 0 is `[PAD]`.
  public let userTokens: [String]

  /// The items' tokens by id; id 0 is `[PAD]`.
  public let itemTokens: [String]

  /// Item ids of all sequences, one after the other.
  ///
  /// Of files that are already split, each row is a sequence of its own, in the order training, validation, test: all of its history, with
  /// what is cut off, and then its target.
  public let items: [Int32]

  /// Whether the files were already split (`benchmark_filename`).
  public let isSplitBeforehand: Bool

  /// The maximum length of a history, in items (`MAX_ITEM_LIST_LENGTH`).
  public let maximumLength: Int

  /// The training samples: users ordered by the time of their second item, each user's samples by time; or all samples by time, if the
  /// split takes its shares of all together.
  public let train: [Sample]

  /// The validation samples.
  public let valid: [Sample]

  /// The test samples.
  public let test: [Sample]

  /// The number of classes of the softmax: all items and padding (RecBole's `n_items`). This is also the mask's id.
  public var itemCount: Int { itemTokens.count }

  public init(
    name: String, contentHash: String, userTokens: [String], itemTokens: [String], items: [Int32],
    isSplitBeforehand: Bool = false, maximumLength: Int, train: [Sample], valid: [Sample], test: [Sample]
  ) {
    self.name = name
    self.contentHash = contentHash
    self.userTokens = userTokens
    self.itemTokens = itemTokens
    self.items = items
    self.isSplitBeforehand = isSplitBeforehand
    self.maximumLength = maximumLength
    self.train = train
    self.valid = valid
    self.test = test
  }

  /// The number of users of some samples.
  public func userCount(of samples: [Sample]) -> Int { Set(samples.map(\.user)).count }

  /// Whether no user has several validation samples, and none several test samples.
  public var holdsOutOnePerUser: Bool { [valid, test].allSatisfy { userCount(of: $0) == $0.count } }

  /// The 1 to `maximumLength` items before the target, oldest first.
  public func history(of sample: Sample) -> ArraySlice<Int32> {
    items[Int(sample.start)..<Int(sample.start) + Int(sample.length)]
  }

  /// The item to predict.
  public func target(of sample: Sample) -> Int32 {
    items[Int(sample.start) + Int(sample.length)]
  }
}

/// A history and the item that follows it.
public struct Sample: Sendable, Hashable {
  /// The user's id.
  public let user: Int32

  /// The position of the history in the dataset's `items`; the target follows it.
  public let start: Int32

  /// The number of items in the history.
  public let length: Int32

  public init(user: Int32, start: Int32, length: Int32) {
    self.user = user
    self.start = start
    self.length = length
  }
}
