import Testing

@testable import Tuner

/// What is next for a free worker.
@Suite struct OutlookTests {
  private static let decision = PruningDecision(trial: 3, bracket: 0, epoch: 1, value: 0.5, action: .promote)

  private static func outlook(
    hasPending: Bool = false, promotesEarly: Bool = false, canPropose: Bool = false, running: Int = 0,
    promotes: (_ isClosed: Bool) -> Bool = { _ in false }
  ) -> Outlook {
    Outlook(
      hasPending: hasPending, promotesEarly: promotesEarly, canPropose: { canPropose }, running: { running },
      promotion: { promotes($0) ? decision : nil })
  }

  @Test func `Pending trials come first, then proposals, then promotions`() {
    #expect(Self.outlook(hasPending: true, canPropose: true, promotes: { _ in true }) == .pending)
    #expect(Self.outlook(canPropose: true, promotes: { _ in true }) == .proposal)
    #expect(Self.outlook(running: 1, promotes: { _ in true }) == .promotion(Self.decision))
  }

  @Test func `A pruner that promotes early is asked first, while its rungs are open`() {
    #expect(Self.outlook(hasPending: true, promotesEarly: true, promotes: { !$0 }) == .promotion(Self.decision))
    #expect(Self.outlook(hasPending: true, promotesEarly: true, promotes: { $0 }) == .pending)
  }

  @Test func `A rung is closed when nothing runs; until then there is waiting, and at last the end`() {
    #expect(Self.outlook(running: 0, promotes: { $0 }) == .promotion(Self.decision))
    #expect(Self.outlook(running: 2, promotes: { $0 }) == .wait(running: 2))
    #expect(Self.outlook() == .over)
  }

  @Test func `The longest trial is started first when little is left for each worker`() {
    let policy = ClaimPolicy(workers: 2)
    #expect(policy.startsLongest(work: 12, longest: 3))
    #expect(!policy.startsLongest(work: 12.1, longest: 3))
    #expect(ClaimPolicy(workers: 4).startsLongest(work: 12.1, longest: 3))
  }
}
