import Testing

@testable import Tuner

/// What a sampler learns from a study's trials.
@Suite struct HistoryTests {
  private static func trial(_ number: Int, _ state: TrialState, _ value: Double?) -> Evaluation.Trial {
    Evaluation.Trial(
      id: Int64(100 + number), number: number, hyperparameters: Hyperparameters([]), state: state, value: value)
  }

  private static func arrivals(_ numbers: ClosedRange<Int>, epoch: Int) -> [Evaluation.Arrival] {
    numbers.map { Evaluation.Arrival(trial: Int64(100 + $0), epoch: epoch, value: Double($0) / 10) }
  }

  private static let states: [Evaluation.Trial] = [
    trial(1, .completed, 0.5), trial(2, .pruned, 0.25), trial(3, .running, 0.125), trial(4, .diverged, 0.75),
    trial(5, .completed, nil),
  ]

  @Test func `Without successive halving the best values count`() {
    let outcomes = Evaluation.history(of: Self.states, arrivals: nil, .maximize).map(\.outcome)
    #expect(outcomes == [.loss(-0.5), .loss(-0.25), .running, .failed, .failed])
    #expect(Evaluation.history(of: Self.states, arrivals: nil, .minimize)[0].outcome == .loss(0.5))
  }

  @Test func `With it, the highest rung with enough trials counts, and who did not get there was worse`() {
    let many = TPESampler.startupCount
    let trials = (1...many + 2).map { Self.trial($0, .pruned, 0.9) }
    let low = Self.arrivals(1...many + 2, epoch: 1)
    let middle = Self.arrivals(1...many, epoch: 3)
    let high = Self.arrivals(1...many - 1, epoch: 9)
    let history = Evaluation.history(of: trials, arrivals: { low + middle + high }, .maximize)
    #expect(history[0].outcome == .loss(-0.1))
    #expect(history[many - 1].outcome == .loss(-Double(many) / 10))
    #expect(history[many].outcome == .failed && history[many + 1].outcome == .failed)
  }

  @Test func `Enough completed trials are the highest rung`() {
    let many = TPESampler.startupCount
    let trials = (1...many).map { Self.trial($0, .completed, 0.5) } + [Self.trial(many + 1, .pruned, 0.9)]
    let history = Evaluation.history(of: trials, arrivals: { Self.arrivals(1...many + 1, epoch: 1) }, .maximize)
    #expect(history.map(\.outcome) == Array(repeating: .loss(-0.5), count: many) + [.failed])
  }
}
