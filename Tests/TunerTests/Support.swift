import Foundation
import Literals
import Locks
import Testing
import Tuner

/// A folder that goes away with the test.
final class Folder: Sendable {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "tuner-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var database: String { path + "/studies.sqlite" }

  func files(_ name: String) -> [String] {
    ((try? FileManager.default.subpathsOfDirectory(atPath: path + "/" + name)) ?? []).sorted()
  }
}

/// A definition, and the cells of its search space.
func makeStudy(
  _ space: String = "a choice [1,2,3,4]\nb choice ['x','y']", name: String = "toy", datasetHash: String = "d1",
  seed: Int = 7,
  fixed: [String: String] = ["epochs": "3", "mode": "full"], metric: String = "mrr@10"
) throws -> (definition: StudyDefinition, cells: [Hyperparameters]) {
  let definition = StudyDefinition(
    name: name, model: "Toy", dataset: "toys", datasetHash: datasetHash, searchSpace: space,
    fixedConfiguration: fixed.map { StudyDefinition.Setting(key: $0.key, value: $0.value) },
    invocation: #"{"arguments":[]}"#,
    numericVersion: 1, seed: seed, metric: metric)
  return (definition, try SearchSpace(parsing: space, file: "hyper.test").grid())
}

/// Counts epochs; its value depends on the hyperparameters alone.
struct Toy: Objective {
  var epochs = 5
  var onEpoch: @Sendable (RunningTrial, Int) throws -> Void = { _, _ in }
  var costs: @Sendable (Hyperparameters) -> TrialCost? = { _ in nil }

  func cost(of hyperparameters: Hyperparameters) -> TrialCost? { costs(hyperparameters) }

  func run(_ trial: RunningTrial) throws -> TrialOutcome {
    var state = trial.checkpoint.map { Double(String(decoding: $0, as: UTF8.self)) ?? .nan } ?? 0
    let a = trial.hyperparameters["a"]?.double ?? 0
    let isY = trial.hyperparameters["b"] == .text("y")
    let luck = Double(trial.repetition) / 100
    if a == 13 { throw ToyError.unlucky }
    if a == 17 { return .diverged(epoch: 2, message: "the loss is no number at step 40; the last was 1.5") }
    for epoch in stride(from: trial.checkpointEpoch + 1, through: epochs, by: 1) {
      if trial.shouldStop { return .interrupted(epoch: epoch - 1, checkpoint: Array(String(state).utf8)) }
      state += a / 7 + (isY ? 0.1 : 0) + luck
      trial.progress(fraction: Double(epoch) / Double(epochs), detail: "epoch \(epoch)")
      try onEpoch(trial, epoch)
      try trial.report(
        epoch: epoch, values: [("train.loss", 1 / (1 + state)), ("valid.mrr@10", state)],
        checkpoint: Array(String(state).utf8), isLast: epoch == epochs)
    }
    return .completed(
      TrialResult(
        bestEpoch: epochs, bestValue: state,
        metrics: [
          SplitMetric(split: "valid", name: "mrr@10", value: state),
          SplitMetric(split: "test", name: "ndcg@10", value: 1 / (1 + state)),
        ], ranks: ["test": [1, 300, 65535]], weights: Array("weights \(state)".utf8)))
  }
}

extension Toy {
  /// Asks a run to stop in its `count`-th epoch, whatever trials they are of.
  static func stopping(_ stop: StopController, inEpoch count: Int, epochs: Int = 5) -> Toy {
    let done = Locked(0)
    return Toy(epochs: epochs) { _, _ in
      let isLast = done.withLock { done in
        done += 1
        return done == count
      }
      if isLast { stop.requestStop() }
    }
  }
}

/// A process that does nothing, to own trials and to die.
final class Sleeper {
  private let process = Process()

  init() throws {
    process.executableURL = URL(fileURLWithPath: "/bin/sleep")
    process.arguments = ["3600"]
    try process.run()
  }

  deinit { kill() }

  var number: Int32 { process.processIdentifier }

  func kill() {
    guard process.isRunning else { return }
    // Children of a Dispatch thread have the gentler signals blocked.
    Foundation.kill(number, SIGKILL)
    process.waitUntilExit()
  }
}

enum ToyError: Error, CustomStringConvertible {
  case unlucky

  var description: String { "13 is unlucky" }
}

/// Everything that happened, in order.
final class Log: Sendable {
  private let events = Locked<[StudyEvent]>([])

  func add(_ event: StudyEvent) { events.withLock { $0.append(event) } }

  func started() -> [Int] {
    events.withLock { $0.compactMap { if case .started(let trial, _, _, _, _) = $0 { trial } else { nil } } }
  }

  func resumed() -> [Int: Int] {
    events.withLock { events in
      var epochs: [Int: Int] = [:]
      for case .started(let trial, _, _, let epoch, _) in events { epochs[trial] = epoch }
      return epochs
    }
  }

  /// The epochs that were reported of a trial, in order.
  func reported(_ trial: Int) -> [Int] {
    events.withLock { events in
      events.compactMap { if case .reported(trial, let epoch, _) = $0 { epoch } else { nil } }
    }
  }

  func warnings() -> [String] {
    events.withLock { $0.compactMap { if case .warning(let text) = $0 { text } else { nil } } }
  }

  /// Waits until a run says that only other processes have trials.
  ///
  /// The limit is far beyond the time of all tests, since those that block may leave a run no thread to begin on.
  func waitForWaiting() async throws {
    let deadline = ContinuousClock.now + .seconds(3600)
    while count(where: { if case .waiting = $0 { true } else { false } }) == 0 {
      try #require(ContinuousClock.now < deadline)
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  func count(where isWanted: (StudyEvent) -> Bool) -> Int { events.withLock { $0.count(where: isWanted) } }
}

/// Runs SQL as a user would, with the `sqlite3` of the system.
func sqlite(_ path: String, _ sql: String) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
  process.arguments = ["-cmd", ".timeout 10000", path, sql]
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  return String(decoding: data, as: UTF8.self)
}
