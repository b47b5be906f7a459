import Foundation
import Locks
import Testing

@testable import Tuner

@Suite struct ReportQueueTests {
  /// Writes reports when a test lets it, and remembers them.
  private final class Writer: Sendable {
    struct Broken: Error {}

    let written = Locked<[RunningTrial.Report]>([])
    private let permits = DispatchSemaphore(value: 0)
    private let broken: Int?

    init(broken: Int? = nil) { self.broken = broken }

    func write(_ entry: ReportQueue.Entry) throws {
      permits.wait()
      if entry.report.epoch == broken { throw Broken() }
      written.withLock { $0.append(entry.report) }
    }

    func permit(_ count: Int) { for _ in 0..<count { permits.signal() } }

    var epochs: [Int] { written.withLock { $0.map(\.epoch) } }
  }

  private static func entry(_ epoch: Int, state: [UInt8]? = nil, isLast: Bool = false) -> ReportQueue.Entry {
    ReportQueue.Entry(
      report: RunningTrial.Report(epoch: epoch, values: [], checkpoint: state, isLast: isLast), seconds: 0)
  }

  @Test func `Reports are written in order, and one that is waited for comes after the others`() throws {
    let writer = Writer()
    let queue = ReportQueue(restsAfterStates: true, write: writer.write, onFailure: { _ in })
    for epoch in 1...3 { queue.add(Self.entry(epoch)) }
    writer.permit(4)
    try queue.addAndWait(Self.entry(4))
    #expect(writer.epochs == [1, 2, 3, 4])
    #expect(queue.close().isEmpty)
  }

  @Test func `What is not written when the trial ends is left to its end`() {
    let writer = Writer()
    let queue = ReportQueue(restsAfterStates: true, write: writer.write, onFailure: { _ in })
    for epoch in 1...3 { queue.add(Self.entry(epoch)) }
    // Whatever the writer has begun when the queue closes, it can end.
    let closing = Thread { writer.permit(3) }
    closing.start()
    let left = queue.close().map(\.report.epoch)
    #expect(writer.epochs + left == [1, 2, 3])
    queue.add(Self.entry(4))
    #expect(queue.close().map(\.report.epoch) == [4])
  }

  @Test func `After a failure nothing more is written`() throws {
    let writer = Writer(broken: 2)
    let failures = Locked(0)
    let queue = ReportQueue(
      restsAfterStates: true, write: writer.write, onFailure: { _ in failures.withLock { $0 += 1 } })
    for epoch in 1...3 { queue.add(Self.entry(epoch)) }
    writer.permit(9)
    #expect(throws: Writer.Broken.self) { try queue.addAndWait(Self.entry(4)) }
    #expect(writer.epochs == [1])
    #expect(queue.close().map(\.report.epoch) == [3, 4])
    #expect(failures.withLock { $0 } == 1)
  }

  @Test func `There is at most one state on its way`() throws {
    let writer = Writer()
    let queue = ReportQueue(restsAfterStates: true, write: writer.write, onFailure: { _ in })
    #expect(queue.takesState)
    queue.add(Self.entry(1, state: [1]))
    #expect(!queue.takesState)
    queue.add(Self.entry(2, state: [2]))
    writer.permit(3)
    try queue.addAndWait(Self.entry(3))
    #expect(writer.written.withLock { $0.map(\.checkpoint) } == [[1], nil, nil])
    #expect(queue.takesState)
  }

  @Test(arguments: [(1 << 20, true, true), (1 << 20 + 1, true, false), (1 << 20 + 1, false, true)])
  func `A large state is followed by a rest`(bytes: Int, rests: Bool, takesNext: Bool) throws {
    let queue = ReportQueue(
      restsAfterStates: rests, write: { _ in Thread.sleep(forTimeInterval: 0.5) }, onFailure: { _ in })
    try queue.addAndWait(Self.entry(1, state: Array(repeating: 0, count: bytes)))
    #expect(queue.takesState == takesNext)
  }
}

@Suite struct ReportGateTests {
  private static func waits(
    pruner: String, epochs: [Int], validated: (Int) -> Bool = { _ in true }, repetition: Int = 0,
    hasTarget: Bool = false,
    isRemote: Bool = true
  ) throws -> [Int] {
    var (definition, _) = try makeStudy()
    definition.pruner = try #require(Pruner(pruner))
    let trial = ClaimedTrial(
      id: 1, study: 1, number: 1, attempt: 1, owner: "a", hyperparameters: Hyperparameters([]), repetition: repetition)
    var gate = ReportGate(trial, of: definition, hasTarget: hasTarget, isRemote: isRemote)
    return epochs.filter { epoch in
      gate.waits(
        for: RunningTrial.Report(
          epoch: epoch, values: [(validated(epoch) ? "valid.mrr@10" : "train.loss", 1)], checkpoint: nil,
          isLast: epoch == 30))
    }
  }

  @Test func `Training waits for the reports by which it may be stopped`() throws {
    let all = Array(1...30)
    #expect(try Self.waits(pruner: "none", epochs: all) == [])
    #expect(try Self.waits(pruner: "none", epochs: all, isRemote: false) == all)
    #expect(try Self.waits(pruner: "none", epochs: all, hasTarget: true) == all)
    let asha = "asha first_rung=1 reduction_factor=3"
    #expect(try Self.waits(pruner: asha, epochs: all) == [1, 3, 9, 27])
    #expect(try Self.waits(pruner: asha, epochs: all, repetition: 1) == [])
    // A rung between two validations counts at the second one.
    #expect(try Self.waits(pruner: asha, epochs: all, validated: { $0.isMultiple(of: 5) }) == [5, 10])
    // After a resume, the rung before it counts again.
    #expect(try Self.waits(pruner: asha, epochs: Array(11...30)) == [11, 27])
    #expect(try Self.waits(pruner: "median first_rung=4", epochs: all) == Array(4...29))
  }
}
