import Testing

@testable import Tuner

@Suite struct PruningStateTests {
  /// Trials with these values on the first rung of successive halving, in their order.
  private func state(_ values: [Double?], _ pruner: Pruner = Pruner(.asha)) -> PruningState {
    var state = PruningState(pruner, direction: .maximize)
    for (index, value) in values.enumerated() { state.arrive(index + 1, at: pruner.firstRung, value) }
    return state
  }

  @Test func `Of a rung, one in three may go on, the best first`() {
    #expect(state([0.1, 0.2]).promotions(isClosed: false).isEmpty)
    #expect(state([0.1, 0.3, 0.2]).promotions(isClosed: false).map(\.trial) == [2])
    #expect(state([0.1, 0.3, 0.2, 0.5, 0.4, 0.05]).promotions(isClosed: false).map(\.trial) == [4, 5])
  }

  @Test func `Of equal values the earlier one is better, and no number is the worst`() {
    let state = state([nil, 0.2, 0.2, 0.2, .some(0.1), nil])
    #expect(state.promotions(isClosed: false).map(\.trial) == [2, 3])
    #expect(state.rank(of: 1, bracket: 0, epoch: 1)?.rank == 5)
    #expect(state.rank(of: 6, bracket: 0, epoch: 1)?.rank == 6)
  }

  @Test func `A trial that went on leaves its place filled`() {
    var state = state([0.1, 0.3, 0.2])
    state.apply(state.promotions(isClosed: false)[0])
    #expect(state.promotions(isClosed: false).isEmpty)
    // A better one comes later: it may go on as well, which is what asynchronous means.
    state.arrive(4, at: 1, 0.4)
    #expect(state.promotions(isClosed: false).map(\.trial) == [4])
  }

  @Test func `The lowest rung comes first, or the highest when trials are promoted early`() {
    for (promotesEarly, first) in [(false, 3), (true, 9)] {
      var state = state([0.1, 0.3, 0.2], Pruner(.asha, promotesEarly: promotesEarly))
      for trial in 11...13 { state.arrive(trial, at: 9, Double(trial)) }
      #expect(state.promotions(isClosed: false).map(\.trial) == (first == 3 ? [2, 13] : [13, 2]))
    }
  }

  @Test func `When nothing else comes, the best of the last rung goes on to the end`() {
    var state = state([0.1, 0.3])
    #expect(state.promotions(isClosed: false).isEmpty)
    let promotion = state.promotions(isClosed: true)
    #expect(promotion == [PruningDecision(trial: 2, bracket: 0, epoch: 1, value: 0.3, action: .finish)])
    state.apply(promotion[0])
    #expect(state.promotions(isClosed: true).isEmpty)
    state.arrive(2, at: 3, 0.35)
    #expect(state.promotions(isClosed: true).map(\.trial) == [2])
    // It fails: the next best takes its place.
    state.apply(PruningDecision(trial: 2, bracket: 0, epoch: 3, value: nil, action: .withdraw))
    #expect(state.promotions(isClosed: true).map(\.trial) == [1])
  }

  @Test func `A trial that comes by its old rungs again is not judged twice`() {
    var state = state([0.1, 0.3, 0.2])
    #expect(state.verdict(on: 1, bracket: 0, epoch: 1, value: 0.1) == .stopAgain)
    state.apply(state.promotions(isClosed: false)[0])
    #expect(state.verdict(on: 2, bracket: 0, epoch: 1, value: 0.3) == .proceed)
    #expect(state.verdict(on: 2, bracket: 0, epoch: 2, value: 0.3) == .proceed)
    let arrival = PruningDecision(trial: 2, bracket: 0, epoch: 3, value: 0.4, action: .stop)
    #expect(state.verdict(on: 2, bracket: 0, epoch: 3, value: 0.4) == .arrive(arrival))
    state.apply(arrival)
    // Its checkpoint is lost: it passes the first rung and stops at its own.
    #expect(state.verdict(on: 2, bracket: 0, epoch: 1, value: 0.3) == .proceed)
    #expect(state.verdict(on: 2, bracket: 0, epoch: 3, value: 0.4) == .stopAgain)
  }

  @Test func `A trial below the median of five others stops, one at the median goes on`() {
    let pruner = Pruner(.median, firstRung: 2)
    let few = state([0.1, 0.2, 0.3, 0.4], pruner)
    #expect(few.action(on: 9, epoch: 2, 0.0) == .proceed)
    let enough = state([0.1, 0.2, 0.3, 0.4, 0.5], pruner)
    #expect(enough.action(on: 9, epoch: 2, 0.29) == .stop)
    #expect(enough.action(on: 9, epoch: 2, 0.3) == .proceed)
    #expect(enough.action(on: 9, epoch: 2, nil) == .stop)
    let even = state([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], pruner)
    #expect(even.action(on: 9, epoch: 2, 0.34) == .stop)
    #expect(even.action(on: 9, epoch: 2, 0.36) == .proceed)
    #expect(enough.verdict(on: 9, bracket: 0, epoch: 1, value: 0.0) == .proceed)
  }

  @Test func `Where less is better, the least goes on`() {
    var state = PruningState(Pruner(.asha), direction: .minimize)
    for (trial, value) in [(1, 0.3), (2, 0.1), (3, 0.2)] { state.arrive(trial, at: 1, value) }
    #expect(state.promotions(isClosed: false).map(\.trial) == [2])
  }

  @Test func `A record that was changed contradicts its rule`() {
    let pruner = Pruner(.asha)
    func stop(_ trial: Int, _ value: Double) -> PruningDecision {
      PruningDecision(trial: trial, bracket: 0, epoch: 1, value: value, action: .stop)
    }
    func promote(_ trial: Int, _ value: Double) -> PruningDecision {
      PruningDecision(trial: trial, bracket: 0, epoch: 1, value: value, action: .promote)
    }
    let stops = [stop(1, 0.1), stop(2, 0.3), stop(3, 0.2)]
    #expect(
      PruningState.contradictions(in: stops + [promote(2, 0.3)], pruner, direction: .maximize).isEmpty)
    #expect(
      PruningState.contradictions(in: stops + [promote(3, 0.2)], pruner, direction: .maximize) == [promote(3, 0.2)])
    #expect(
      PruningState.contradictions(in: stops.dropLast() + [promote(2, 0.3)], pruner, direction: .maximize)
        == [promote(2, 0.3)])
  }
}

extension PruningState {
  /// Puts a trial on a rung, to wait there.
  fileprivate mutating func arrive(_ trial: Int, at epoch: Int, _ value: Double?) {
    apply(PruningDecision(trial: trial, bracket: 0, epoch: epoch, value: value, action: .stop))
  }

  /// What a trial that comes to a rung is told.
  fileprivate func action(on trial: Int, epoch: Int, _ value: Double?) -> PruningDecision.Action? {
    if case .arrive(let decision) = verdict(on: trial, bracket: 0, epoch: epoch, value: value) {
      decision.action
    } else {
      nil
    }
  }
}
