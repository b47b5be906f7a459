/// The samples of a dataset: item sequences, and for each sample where its history lies in them.
///
/// Read once, never changed, shared by all trials.
public struct SequenceDataset: Sendable {
  /// The name it was asked for by.
  public let name: String

  /// SHA-256, in hexadecimal, of the bytes of every file that was read.
  public let contentHash: String

  /// Users' own names by id; id 0 is `[PAD]`.
  public let userTokens: [String]

  /// Items' own names by id; id 0 is `[PAD]`.
  public let itemTokens: [String]

  /// Item ids of all sequences, one after the other.
  public let items: [Int32]

  /// Longest history, in items (`MAX_ITEM_LIST_LENGTH`).
  public let maximumLength: Int

  /// Samples to train on: users by the time of their second item, each user's samples by time.
  public let train: [Sample]

  /// Samples to validate on.
  public let valid: [Sample]

  /// Samples to test on.
  public let test: [Sample]

  /// Classes of the softmax: all items and padding (the reference's `n_items`); also the mask's id.
  public var itemCount: Int { itemTokens.count }

  public init(
    name: String, contentHash: String, userTokens: [String], itemTokens: [String], items: [Int32],
    maximumLength: Int, train: [Sample], valid: [Sample], test: [Sample]
  ) {
    self.name = name
    self.contentHash = contentHash
    self.userTokens = userTokens
    self.itemTokens = itemTokens
    self.items = items
    self.maximumLength = maximumLength
    self.train = train
    self.valid = valid
    self.test = test
  }

  /// The items before the target, oldest first; 1 to `maximumLength` of them.
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

  /// Where the history starts in the dataset's `items`; the target follows it.
  public let start: Int32

  /// Items in the history.
  public let length: Int32

  public init(user: Int32, start: Int32, length: Int32) {
    self.user = user
    self.start = start
    self.length = length
  }
}
