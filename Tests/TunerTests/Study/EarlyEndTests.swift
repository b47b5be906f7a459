import Testing

@testable import Tuner

/// Where a search ends without improvement.
@Suite struct EarlyEndTests {
  private static func trials(_ values: [Double?], states: [TrialState] = []) -> [EarlyEnd.Trial] {
    values.enumerated().map { index, value in
      EarlyEnd.Trial(
        number: index + 1, turn: 10 + index, state: index < states.count ? states[index] : .completed, value: value)
    }
  }

  private static func end(_ trials: [EarlyEnd.Trial], _ limit: Int, _ direction: Direction = .maximize) -> Int? {
    var search = EarlyEnd.Search(limit: limit, direction)
    let looked = trials.prefix { search.look(at: $0) }.count
    #expect(search.end == nil || search.end?.number == looked + 1)
    return search.end?.number
  }

  @Test func `It ends with the trial that makes the count full`() {
    #expect(Self.end(Self.trials([0.1, 0.2, 0.2, 0.1, 0.3]), 2) == 4)
    #expect(Self.end(Self.trials([0.1, 0.2, 0.3]), 2) == nil)
    #expect(Self.end(Self.trials([0.3, 0.2, 0.1]), 2, .minimize) == nil)
  }

  @Test func `The first trial counts, but does not end the search`() {
    #expect(Self.end(Self.trials([0.5, 0.1]), 1) == 2)
    #expect(Self.end(Self.trials([0.5, 0.6, 0.1]), 1) == 3)
    #expect(Self.end(Self.trials([0.5]), 1) == nil)
  }

  @Test func `Trials without a value do not improve, and a trial that runs ends the count`() {
    #expect(Self.end(Self.trials([nil, nil]), 2) == 2)
    #expect(Self.end(Self.trials([0.1, 0.9, 0.1], states: [.completed, .diverged, .completed]), 3) == 3)
    #expect(Self.end(Self.trials([0.1, nil, 0.1], states: [.completed, .running, .completed]), 1) == nil)
  }
}
