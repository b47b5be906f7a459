/// The trials' arrivals on a pruner's rungs, from the entries of its record.
struct ArrivalRecord {
  private let pruner: Pruner
  private var state: PruningState
  private var arrivals: [Int: [StudyChart.Arrival]] = [:]

  /// The last entry that was added.
  private(set) var last: Int64 = 0

  init(_ definition: StudyDefinition) {
    pruner = definition.pruner
    state = PruningState(definition.pruner, direction: definition.direction)
  }

  /// Adds the next entry of the record.
  mutating func add(_ decision: PruningDecision, _ id: Int64) {
    last = id
    state.apply(decision)
    let own = arrivals[decision.trial] ?? []
    switch decision.action {
    case .stop, .proceed, .passed:
      guard let (rank, count) = state.rank(of: decision.trial, bracket: decision.bracket, epoch: decision.epoch) else {
        return
      }
      arrivals[decision.trial] =
        own + [
          StudyChart.Arrival(
            epoch: decision.epoch, rank: rank, of: count, decision: decision.action == .stop ? "stop" : "continue",
            mayGoOn: pruner.isHalving)
        ]
    case .promote, .finish, .resume: decide("continue", on: decision)
    case .restore: decide("stop", on: decision)
    case .withdraw: break
    }
  }

  private mutating func decide(_ word: String, on decision: PruningDecision) {
    arrivals[decision.trial] = arrivals[decision.trial]?.map { arrival in
      guard arrival.epoch == decision.epoch else { return arrival }
      return StudyChart.Arrival(
        epoch: arrival.epoch, rank: arrival.rank, of: arrival.of, decision: word, mayGoOn: arrival.mayGoOn)
    }
  }

  /// A trial's arrivals in order; `nil` if it has been on no rung.
  func arrivals(of trial: Int) -> [StudyChart.Arrival]? { arrivals[trial] }

  /// How many trials came to each rung, and how many of them trained on.
  func rungs(of trials: [StudyChart.Trial]) -> [StudyChart.Rung] {
    var counts: [Int: (entered: Int, wentOn: Int)] = [:]
    for trial in trials {
      for arrival in arrivals[trial.number] ?? [] {
        counts[arrival.epoch, default: (0, 0)].entered += 1
        if (trial.epochs ?? 0) > arrival.epoch { counts[arrival.epoch]?.wentOn += 1 }
      }
    }
    return counts.sorted { $0.key < $1.key }.map {
      StudyChart.Rung(epoch: $0.key, entered: $0.value.entered, wentOn: $0.value.wentOn)
    }
  }
}
