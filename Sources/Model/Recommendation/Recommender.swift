import Kernels

/// Recommends the items that a network, or an ensemble of several, ranks first after a user's history.
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

  /// The networks, and the length of the histories that each reads; a single one, or those of an ensemble.
  private let networks: [(network: BERT4Rec, maximumLength: Int)]

  /// `[classes]`: the output bias, or 0 for an ensemble; NaN for items that may not be recommended, which makes their scores NaN.
  let bias: FloatBuffer

  /// Whether each item may be recommended, by id.
  private let isAllowed: [Bool]
  let allowedCount: Int

  /// The first items by popularity.
  private let popular: [(id: Int32, score: Float?)]

  public convenience init(_ model: SavedModel, _ histories: UserHistories, _ request: Request) {
    self.init([model], histories, request)
  }

  /// - Parameter models: At least one; several rank together, see `Ensemble`. Their datasets have the same task.
  /// - Parameter histories: Of the dataset with the longest histories.
  public init(_ models: [SavedModel], _ histories: UserHistories, _ request: Request) {
    networks = models.map { ($0.network, $0.dataset.maximumLength) }
    self.histories = histories
    let network = networks[0].network
    let count = network.itemCount
    var isAllowed = [Bool](repeating: request.items == nil, count: count)
    for item in request.items ?? [] { isAllowed[Int(item)] = true }
    if count > 0 { isAllowed[0] = false }
    self.isAllowed = isAllowed
    allowedCount = isAllowed.count { $0 }
    bias = FloatBuffer(count: count)
    if networks.count == 1 { bias.all.copy(from: network.headItems.bias) }
    for item in 0..<count where !isAllowed[item] { bias.all[item] = .nan }
    self.request = request
    popular = histories.popularItems().lazy.filter { isAllowed[Int($0)] }.prefix(request.top).map { ($0, nil) }
  }

  /// What one thread works with.
  final class Scratch {
    let networks: [BERT4Rec]
    private let buffers: [FloatBuffer]

    /// For an ensemble.
    let scores: EnsembleScores?

    init(_ networks: [BERT4Rec]) {
      self.networks = networks
      let sizes = networks.map(\.configuration.hiddenSize)
      buffers = sizes.map { FloatBuffer(count: Recommender.portionSize * $0) }
      scores = networks.count == 1 ? nil : EnsembleScores(classes: networks[0].itemCount, hiddenSizes: sizes)
    }

    /// The output of one network's head for some users, `[users, hidden]`.
    func outputs(of network: Int, users: Int) -> Matrix {
      buffers[network].matrix(rows: Recommender.portionSize, columns: networks[network].configuration.hiddenSize)
        .rows(from: 0, count: users)
    }
  }

  /// - Parameter thread: The number of the thread, from 0.
  func scratch(thread: Int) -> Scratch {
    Scratch(networks.map { thread == 0 ? $0.network : BERT4Rec(sharing: $0.network) })
  }

  /// The answers for at most `portionSize` users.
  ///
  /// - Throws: `Stopped`, and `NoScores` if a user's scores are not numbers.
  func answers(_ users: [UserHistory], _ scratch: Scratch, shouldStop: () -> Bool) throws -> [Answer] {
    precondition(users.count <= Self.portionSize, "\(users.count) users")
    let known = users.filter { !$0.items.isEmpty }
    guard outputs(of: known, scratch, shouldStop: shouldStop) else { throw Stopped() }
    let best = networks.count == 1 ? top(known, scratch).map(\.entries) : topTogether(known, scratch)
    var answers: [Answer] = []
    var row = 0
    for user in users {
      if user.items.isEmpty {
        answers.append(Answer(user: user.user, items: popular, isByPopularity: true))
      } else {
        let entries = best[row]
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

  /// Computes each head's output for each user; returns `false` if stopped.
  private func outputs(of users: [UserHistory], _ scratch: Scratch, shouldStop: () -> Bool) -> Bool {
    for (number, (_, maximumLength)) in networks.enumerated() {
      let isDone = scratch.networks[number].outputs(
        after: users.lazy.map { $0.items.suffix(maximumLength) },
        into: scratch.outputs(of: number, users: users.count), shouldStop: shouldStop)
      guard isDone else { return false }
    }
    return true
  }

  /// The best items of each user, from the outputs.
  private func top(_ users: [UserHistory], _ scratch: Scratch) -> [TopItems] {
    let capacity = max(1, min(request.top, allowedCount))
    var best = [TopItems](repeating: TopItems(capacity: capacity), count: users.count)
    let seen = request.isRepeatable ? [] : users.map { Set($0.seen).sorted() }
    var next = [Int](repeating: 0, count: seen.count)
    let bias = bias.all
    scratch.networks[0].scores(scratch.outputs(of: 0, users: users.count)) { targets, items, logits in
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
