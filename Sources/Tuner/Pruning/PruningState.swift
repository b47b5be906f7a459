/// The trials on each rung, computed from a study's pruning record, and the decisions that follow.
///
/// Every decision of a rule is a function of this state, and the state is a function of the record. So a record can
/// be replayed, and must give the same decisions.
struct PruningState: Sendable {
  let pruner: Pruner
  let direction: Direction

  private var rungs: [Rung: [Place]] = [:]
  private var standings: [Int: Standing] = [:]

  /// The number of other values that `median` needs before it stops a trial, as in Optuna's `MedianPruner`.
  static let fewestOthers = 5

  private struct Rung: Hashable {
    let bracket: Int
    let epoch: Int
  }

  /// A trial's place on a rung.
  private struct Place: Sendable {
    let trial: Int
    let value: Double?
  }

  /// The position of a trial.
  private struct Standing: Sendable {
    var rung: Rung
    var status: Status
  }

  private enum Status { case waiting, active, out }

  init(_ pruner: Pruner, direction: Direction) {
    self.pruner = pruner
    self.direction = direction
  }

  /// Applies the next entry of the record.
  mutating func apply(_ decision: PruningDecision) {
    let rung = Rung(bracket: decision.bracket, epoch: decision.epoch)
    if decision.action.isArrival {
      var places = rungs[rung, default: []]
      // Among equal values, the earlier one is better.
      let index = places.firstIndex { isBetter(decision.value, than: $0.value) } ?? places.count
      places.insert(Place(trial: decision.trial, value: decision.value), at: index)
      rungs[rung] = places
    }
    let status: Status =
      switch decision.action {
      case .stop, .restore: .waiting
      case .proceed, .passed, .promote, .finish, .resume: .active
      case .withdraw: .out
      }
    standings[decision.trial] = Standing(rung: standings[decision.trial]?.rung ?? rung, status: status)
    if decision.action.isArrival { standings[decision.trial]?.rung = rung }
  }

  // MARK: - Decisions

  /// What happens to a trial after an epoch.
  enum Verdict: Equatable {
    /// It continues; there is nothing to record.
    case proceed

    /// The record already says that it must stop here.
    case stopAgain

    /// It has reached a rung; the entry says whether it continues.
    case arrive(PruningDecision)
  }

  /// - Parameter value: The trial's best value so far.
  func verdict(on trial: Int, bracket: Int, epoch: Int, value: Double?) -> Verdict {
    guard let rung = pruner.rung(at: epoch, bracket: bracket) else { return .proceed }
    if let standing = standings[trial] {
      // A trial that lost its checkpoint passes its old rungs again.
      if standing.status == .waiting { return epoch >= standing.rung.epoch ? .stopAgain : .proceed }
      if rung <= standing.rung.epoch { return .proceed }
    }
    return .arrive(
      PruningDecision(
        trial: trial, bracket: bracket, epoch: rung, value: value,
        action: stops(value, at: Rung(bracket: bracket, epoch: rung)) ? .stop : .proceed))
  }

  private func stops(_ value: Double?, at rung: Rung) -> Bool {
    // With halving, promotions from a rung are decided when a worker is free.
    guard pruner.kind == .median else { return true }
    let others = rungs[rung, default: []].map(\.value)
    guard others.count >= Self.fewestOthers else { return false }
    let middle = others.count / 2
    let median = others.count.isMultiple(of: 2) ? mean(others[middle - 1], others[middle]) : others[middle]
    return isBetter(median, than: value)
  }

  /// The mean of two values; `nil`, which is worse than any number, if either is `nil`.
  private func mean(_ a: Double?, _ b: Double?) -> Double? { a.flatMap { a in b.map { a / 2 + $0 / 2 } } }

  /// The trials that may continue from their rungs, in order of priority.
  ///
  /// - Parameter isClosed: Whether no other trial will reach any rung. Then the best trial on a bracket's last rung continues even if
  ///   there are fewer than η, so that a trial reaches its end.
  func promotions(isClosed: Bool) -> [PruningDecision] {
    guard pruner.isHalving else { return [] }
    let order = rungs.keys.sorted { a, b in
      if a.epoch != b.epoch { return pruner.promotesEarly ? a.epoch > b.epoch : a.epoch < b.epoch }
      return a.bracket < b.bracket
    }
    let best = order.flatMap { rung in
      let places = rungs[rung, default: []]
      return places.prefix(places.count / pruner.reductionFactor).compactMap { promotion(of: $0, from: rung, .promote) }
    }
    guard best.isEmpty, isClosed else { return best }
    return (0..<pruner.bracketCount).compactMap { bracket in
      for rung in order.filter({ $0.bracket == bracket }).sorted(by: { $0.epoch > $1.epoch }) {
        let places = rungs[rung, default: []]
        if places.contains(where: { standings[$0.trial]?.status == .active }) { return nil }
        if let best = places.lazy.compactMap({ promotion(of: $0, from: rung, .finish) }).first { return best }
      }
      return nil
    }
  }

  private func promotion(of place: Place, from rung: Rung, _ action: PruningDecision.Action) -> PruningDecision? {
    guard let standing = standings[place.trial], standing.status == .waiting, standing.rung == rung else { return nil }
    return PruningDecision(
      trial: place.trial, bracket: rung.bracket, epoch: rung.epoch, value: place.value, action: action)
  }

  // MARK: - Questions

  /// The epoch of the rung on which a trial waits, or `nil` if it does not wait.
  func waitingEpoch(of trial: Int) -> Int? {
    standings[trial].flatMap { $0.status == .waiting ? $0.rung.epoch : nil }
  }

  /// The last position of a trial, and whether it was withdrawn.
  func place(of trial: Int) -> (bracket: Int, epoch: Int, isOut: Bool)? {
    standings[trial].map { ($0.rung.bracket, $0.rung.epoch, $0.status == .out) }
  }

  /// Whether a trial has been on a rung.
  func hasPassed(_ trial: Int, bracket: Int, epoch: Int) -> Bool {
    rungs[Rung(bracket: bracket, epoch: epoch), default: []].contains { $0.trial == trial }
  }

  /// A trial's rank on a rung, from 1, and the number of trials there.
  func rank(of trial: Int, bracket: Int, epoch: Int) -> (rank: Int, count: Int)? {
    let places = rungs[Rung(bracket: bracket, epoch: epoch), default: []]
    return places.firstIndex { $0.trial == trial }.map { ($0 + 1, places.count) }
  }

  /// A value is better than none.
  private func isBetter(_ a: Double?, than b: Double?) -> Bool {
    guard let a else { return false }
    return b.map { direction.prefers(a, to: $0) } ?? true
  }
}

extension PruningState {
  /// Replays a record and returns the entries that contradict the rule.
  static func contradictions(
    in record: [PruningDecision], _ pruner: Pruner, direction: Direction
  ) -> [PruningDecision] {
    var state = PruningState(pruner, direction: direction)
    var contradictions: [PruningDecision] = []
    for decision in record {
      let isRight =
        switch decision.action {
        case .stop, .proceed:
          state.verdict(
            on: decision.trial, bracket: decision.bracket, epoch: decision.epoch, value: decision.value)
            == .arrive(decision)
        case .promote: state.promotions(isClosed: false).first == decision
        case .finish: state.promotions(isClosed: true).first == decision
        // External facts, which no rule decides.
        case .passed, .resume, .withdraw, .restore: true
        }
      if !isRight { contradictions.append(decision) }
      state.apply(decision)
    }
    return contradictions
  }
}
