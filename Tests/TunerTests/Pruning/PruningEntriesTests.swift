import Testing

@testable import Tuner

/// How trained trials enter the record of a pruner that they were not trained under.
@Suite struct PruningEntriesTests {
  private static let curve: [(epoch: Int, value: Double?)] = [(1, 0.1), (2, 0.3), (3, 0.3), (4, 0.4)]

  @Test func `A pending trial waits on the last rung that it has reached, with its best value until then`() {
    let state = PruningState(Pruner(.asha), direction: .maximize)
    let entries = state.entries(of: 5, bracket: 0, curve: Self.curve, mayWait: true)
    #expect(entries.waits)
    #expect(entries.decisions.map(\.epoch) == [1, 3])
    #expect(entries.decisions.map(\.value) == [0.1, 0.3])
    #expect(entries.decisions.map(\.action) == [.passed, .stop])
  }

  @Test func `A completed trial passes, and an untrained one has no rung`() {
    let state = PruningState(Pruner(.asha), direction: .maximize)
    let completed = state.entries(of: 5, bracket: 0, curve: Self.curve, mayWait: false)
    #expect(!completed.waits && completed.decisions.map(\.action) == [.passed, .passed])
    let untrained = state.entries(of: 5, bracket: 0, curve: [], mayWait: true)
    #expect(!untrained.waits && untrained.decisions.isEmpty)
  }

  @Test func `A trial that is on the record is put back on its rung`() {
    var state = PruningState(Pruner(.asha), direction: .maximize)
    for decision in state.entries(of: 5, bracket: 0, curve: Self.curve, mayWait: true).decisions {
      state.apply(decision)
    }
    let again = state.entries(of: 5, bracket: 0, curve: Self.curve, mayWait: true)
    #expect(again.waits && again.decisions.map(\.action) == [.restore] && again.decisions.map(\.epoch) == [3])
  }
}
