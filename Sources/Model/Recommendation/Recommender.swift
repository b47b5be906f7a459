import Kernels

/// Recommends the items that a network ranks first after a user's history.
///
/// The input is that of the evaluation for the item after the history, and so are the scores.
public final class Recommender {
  /// What is recommended, and to whom.
  public struct Request {
    /// The maximum number of items for each user, at least 1.
    public var top = 10

    /// Whether items that the user has had may be recommended.
    public var isRepeatable = true

    /// The items that may be recommended; `nil` for all.
    public var items: [Int32]?

    public init(top: Int, isRepeatable: Bool, items: [Int32]?) {
      self.top = top
      self.isRepeatable = isRepeatable
      self.items = items
    }
  }

  /// The items for one user, best first.
  public struct Answer: Sendable {
    public let user: String

    /// Each item's id; its score is `nil` if the items are the most popular ones, since the user has no history.
    public let items: [(id: Int32, score: Float?)]

    public let isByPopularity: Bool
  }

  /// What happened in a run, for notes.
  public struct Summary: Sendable {
    /// The number of users.
    public var userCount = 0

    /// The number of users without a history.
    public var popularityCount = 0

    /// The number of users for whom there were fewer items than requested.
    public var shortCount = 0

    public var unknown = UnknownItems()

    public init() {}
  }

  /// Scores of the weights are not numbers.
  public struct NoScores: Error {}

  /// The run was asked to stop.
  public struct Stopped: Error {}

  /// The number of users ranked together, so that the items' weights are read from memory only once for all of them.
  static let portionSize = 256

  /// The maximum number of threads for which so few users are work.
  public static func mostThreads(users: Int) -> Int { max(1, (users + portionSize - 1) / portionSize) }

  let histories: UserHistories
  let request: Request

  /// The maximum number of items for each user.
  public var top: Int { request.top }

  private let network: BERT4Rec

  /// `[classes]`: the output bias, NaN for items that may not be recommended, which makes their scores NaN.
  private let bias: FloatBuffer

  /// Whether each item may be recommended, by id.
  private let isAllowed: [Bool]
  private let allowedCount: Int

  /// The first items by popularity.
  private let popular: [(id: Int32, score: Float?)]

  public init(_ model: SavedModel, _ histories: UserHistories, _ request: Request) {
    network = model.network
    self.histories = histories
    let count = network.itemCount
    var isAllowed = [Bool](repeating: request.items == nil, count: count)
    for item in request.items ?? [] { isAllowed[Int(item)] = true }
    if count > 0 { isAllowed[0] = false }
    self.isAllowed = isAllowed
    allowedCount = isAllowed.count { $0 }
    bias = FloatBuffer(count: count)
    bias.all.copy(from: network.headItems.bias)
    for item in 0..<count where !isAllowed[item] { bias.all[item] = .nan }
    self.request = request
    popular = histories.popularItems().lazy.filter { isAllowed[Int($0)] }.prefix(request.top).map { ($0, nil) }
  }

  /// What one thread works with.
  final class Scratch {
    let network: BERT4Rec
    private let buffer: FloatBuffer

    init(_ network: BERT4Rec) {
      self.network = network
      buffer = FloatBuffer(count: Recommender.portionSize * network.configuration.hiddenSize)
    }

    /// `[users, hidden]`
    var outputs: Matrix { buffer.matrix(rows: Recommender.portionSize, columns: network.configuration.hiddenSize) }
  }

  /// - Parameter thread: The number of the thread, from 0.
  func scratch(thread: Int) -> Scratch { Scratch(thread == 0 ? network : BERT4Rec(sharing: network)) }

  /// The answers for at most `portionSize` users.
  ///
  /// - Throws: `Stopped`, and `NoScores` if a user's scores are not numbers.
  func answers(_ users: [UserHistory], _ scratch: Scratch, shouldStop: () -> Bool) throws -> [Answer] {
    precondition(users.count <= Self.portionSize, "\(users.count) users")
    let known = users.filter { !$0.items.isEmpty }
    guard outputs(of: known, scratch, shouldStop: shouldStop) else { throw Stopped() }
    let best = top(known, scratch)
    var answers: [Answer] = []
    var row = 0
    for user in users {
      if user.items.isEmpty {
        answers.append(Answer(user: user.user, items: popular, isByPopularity: true))
      } else {
        let entries = best[row].entries
        guard entries.count == expectedCount(user), entries.allSatisfy(\.score.isFinite) else { throw NoScores() }
        answers.append(Answer(user: user.user, items: entries.map { ($0.item, $0.score) }, isByPopularity: false))
        row += 1
      }
    }
    return answers
  }

  /// The number of items that can be recommended to a user, up to the requested number.
  func expectedCount(_ user: UserHistory) -> Int {
    let top = min(request.top, allowedCount)
    guard !request.isRepeatable, allowedCount - user.seen.count < top else { return top }
    return min(top, allowedCount - Set(user.seen.filter { isAllowed[Int($0)] }).count)
  }

  /// Computes the head's output for each user; returns `false` if stopped.
  private func outputs(of users: [UserHistory], _ scratch: Scratch, shouldStop: () -> Bool) -> Bool {
    let (network, outputs) = (scratch.network, scratch.outputs)
    var block = Block()
    var row = 0
    func flush() -> Bool {
      guard block.targetCount > 0 else { return true }
      guard let head = network.forward(block, .none, shouldStop: shouldStop) else { return false }
      outputs.rows(from: row, count: head.rows).copy(from: head)
      row += head.rows
      block.removeAll()
      return true
    }
    for user in users {
      let input = Masking.input(user.items[...], maskToken: Int32(network.itemCount))
      if !network.blockSize.fits(length: input.count, targets: 1, in: block) {
        guard flush() else { return false }
      }
      // There is no label to compare with.
      block.append(input, targets: [MaskedPosition(place: Int32(input.count - 1), label: 0)], key: 0)
    }
    return flush()
  }

  /// The best items of each user, from the outputs.
  private func top(_ users: [UserHistory], _ scratch: Scratch) -> [TopItems] {
    let capacity = max(1, min(request.top, allowedCount))
    var best = [TopItems](repeating: TopItems(capacity: capacity), count: users.count)
    let seen = request.isRepeatable ? [] : users.map { Set($0.seen).sorted() }
    var next = [Int](repeating: 0, count: seen.count)
    let bias = bias.all
    scratch.network.scores(scratch.outputs.rows(from: 0, count: users.count)) { targets, items, logits in
      let ownBias = bias.slice(at: items.lowerBound, count: items.count)
      for (row, user) in targets.enumerated() {
        let scores = logits[row]
        if !seen.isEmpty {
          while next[user] < seen[user].count, seen[user][next[user]] < items.upperBound {
            scores[Int(seen[user][next[user]]) - items.lowerBound] = .nan
            next[user] += 1
          }
        }
        best[user].add(scores, bias: ownBias, firstItem: items.lowerBound)
      }
    }
    return best
  }
}
