import Foundation
import Locks
import Testing
import Tuner

@Suite struct StudyRunnerTests {
  static let mixed = "a choice [1,2,3,13,17,2.5]\nb choice ['x','y']"

  static let mixedTable = """
    rank  trial    mrr@10    a  b  test.ndcg@10
       1      6    2.6429    3  y        0.2745
       2     12    2.2857  2.5  y        0.3043
       3      5    2.1429    3  x        0.3182
       4      4    1.9286    2  y        0.3415
       5     11    1.7857  2.5  x        0.3590
       6      3    1.4286    2  x        0.4118
       7      2    1.2143    1  y        0.4516
       8      1    0.7143    1  x        0.5833
       9      9  diverged   17  x
      10     10  diverged   17  y

    toy: 12 trials: 8 completed, 2 diverged, 2 failed
    trial 7 failed (a:13, b:x): 13 is unlucky
    trial 8 failed (a:13, b:y): 13 is unlucky

    """

  @Test(arguments: [1, 2, 8])
  func `The leaderboard is the same whatever the number of workers`(workers: Int) async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy(Self.mixed)
    let opening = try store.createOrContinue(definition, cells: cells)
    #expect(opening.isNew && opening.added == 12 && opening.counts.pending == 12)
    let log = Log()
    let outcome = try await StudyRunner(
      store: store, study: opening.study, objective: Toy(), workers: workers, onEvent: log.add
    ).run()
    #expect(outcome == .finished)
    #expect(log.started().sorted() == Array(1...12))
    #expect(try store.leaderboard(of: opening.study).text(.table) == Self.mixedTable)
    #expect(folder.files("studies.sqlite.checkpoints").isEmpty)
    #expect(folder.files("studies.sqlite.weights/1") == ["trial-6.safetensors"])
    #expect(try store.weights(of: opening.study)?.trial == 6)
    #expect(try store.ranks(of: 6, split: "test", in: opening.study) == [1, 300, 65535])
    #expect(try store.studies().first?.best?.trial == 6)

    let again = Log()
    #expect(
      try await StudyRunner(store: store, study: opening.study, objective: Toy(), workers: workers, onEvent: again.add)
        .run() == .finished)
    #expect(again.started().isEmpty)
  }

  @Test func `Eight workers run eight trials at the same time`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy()
    let study = try store.createOrContinue(definition, cells: cells).study
    let present = Locked(0)
    let toy = Toy(epochs: 1) { trial, _ in
      present.withLock { $0 += 1 }
      let deadline = ContinuousClock.now + .seconds(3600)
      while present.withLock({ $0 }) < 8 {
        guard ContinuousClock.now < deadline else { throw ToyError.unlucky }
        Thread.sleep(forTimeInterval: 0.005)
      }
    }
    #expect(try await StudyRunner(store: store, study: study, objective: toy, workers: 8).run() == .finished)
    #expect(try store.counts(of: study).completed == 8)
  }

  @Test func `Two stores with eight workers run each trial once`() async throws {
    let folder = Folder()
    let list = (1...60).map { "\($0 + 20)" }.joined(separator: ",")
    let (definition, cells) = try makeStudy("a choice [\(list)]")
    let log = Log()
    let first = try StudyStore(writing: folder.database)
    let second = try StudyStore(writing: folder.database)
    let study = try first.createOrContinue(definition, cells: cells).study
    #expect(try second.createOrContinue(definition, cells: cells).added == 0)
    async let one = StudyRunner(store: first, study: study, objective: Toy(epochs: 2), workers: 4, onEvent: log.add)
      .run()
    async let two = StudyRunner(store: second, study: study, objective: Toy(epochs: 2), workers: 4, onEvent: log.add)
      .run()
    #expect(try await (one, two) == (.finished, .finished))
    #expect(log.started().sorted() == Array(1...60))
    #expect(try first.counts(of: study).completed == 60)
    #expect(try sqlite(folder.database, "SELECT count(*), max(attempt) FROM attempt") == "60|1\n")
    #expect(folder.files("studies.sqlite.weights/1") == ["trial-60.safetensors"])
  }

  @Test func `An interrupted study goes on where it was and ends with the same leaderboard`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy(Self.mixed)
    let study = try store.createOrContinue(definition, cells: cells).study
    var rounds = 0
    var resumed = 0
    while rounds < 40 {
      rounds += 1
      let stop = StopController()
      let done = Locked(0)
      // The trial that asks for the stop is in its middle, so that every round leaves one to go on with.
      let toy = Toy { _, epoch in
        let count = done.withLock { done in
          done += 1
          return done
        }
        if count >= 7, epoch < 5 { stop.requestStop() }
      }
      let log = Log()
      let outcome = try await StudyRunner(
        store: store, study: study, objective: toy, workers: 2, stop: stop, onEvent: log.add
      ).run()
      resumed += log.resumed().values.count { $0 > 0 }
      if outcome == .finished { break }
      #expect(try store.counts(of: study).running == 0)
    }
    #expect(rounds > 3 && rounds < 40)
    #expect(resumed > 2)
    #expect(try store.leaderboard(of: study).text(.table) == Self.mixedTable)
    #expect(try sqlite(folder.database, "SELECT count(*) FROM learning_curve WHERE metric = 'valid.mrr@10'") == "40\n")
  }

  @Test func `An objective that stops unasked has failed`() async throws {
    struct Quitter: Objective {
      func run(_ trial: RunningTrial) -> TrialOutcome { .interrupted(epoch: 0, checkpoint: nil) }
    }
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    #expect(try await StudyRunner(store: store, study: study, objective: Quitter(), workers: 1).run() == .finished)
    #expect(try store.leaderboard(of: study).failures.map(\.message) == ["stopped without being asked to"])
  }

  @Test func `A checkpoint that cannot be written costs a warning`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    // A file where the folder should be: refused for every user, root included.
    try Data().write(to: URL(fileURLWithPath: folder.database + ".checkpoints"))
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let log = Log()
    #expect(
      try await StudyRunner(store: store, study: study, objective: Toy(), workers: 1, onEvent: log.add).run()
        == .finished)
    #expect(try store.counts(of: study).completed == 1)
    #expect(log.warnings().count == 5)
    #expect(log.warnings().allSatisfy { $0.hasPrefix("trial 1 continues without a new checkpoint: ") })
  }

  @Test func `A trial whose weights cannot be written has not ended, and ends when they can`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let obstacle = URL(fileURLWithPath: folder.database + ".weights")
    try Data().write(to: obstacle)
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let error = await #expect(throws: StorageError.self) {
      try await StudyRunner(store: store, study: study, objective: Toy(), workers: 1).run()
    }
    #expect(error?.location == "\(folder.database).weights/1")
    let counts = try store.counts(of: study)
    #expect(counts.ended == 0 && counts.running == 0)
    try FileManager.default.removeItem(at: obstacle)
    #expect(try await StudyRunner(store: store, study: study, objective: Toy(), workers: 1).run() == .finished)
    #expect(try sqlite(folder.database, "SELECT count(*) FROM weights") == "1\n")
  }

  @Test func `A database that refuses a report stops the run and blames no trial`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy()
    let study = try store.createOrContinue(definition, cells: cells).study
    let toy = Toy { trial, epoch in
      if trial.number == 3, epoch == 2 {
        _ = try sqlite(
          folder.database,
          "CREATE TRIGGER full BEFORE INSERT ON observation BEGIN SELECT RAISE(ABORT, 'disk full'); END")
      }
    }
    let error = await #expect(throws: StorageError.self) {
      try await StudyRunner(store: store, study: study, objective: toy, workers: 2).run()
    }
    #expect(error?.found == "disk full")
    let counts = try store.counts(of: study)
    #expect(counts.failed == 0 && counts.running == 0 && counts.ended < 8)
    _ = try sqlite(folder.database, "DROP TRIGGER full")
    #expect(try await StudyRunner(store: store, study: study, objective: Toy(), workers: 2).run() == .finished)
    #expect(try store.counts(of: study).completed == 8)
  }

  @Test func `A worker that waits for another one of its own process does not call it another process`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    // The other worker looks around three times meanwhile.
    let toy = Toy(epochs: 1) { _, _ in Thread.sleep(forTimeInterval: 0.8) }
    let log = Log()
    #expect(
      try await StudyRunner(store: store, study: study, objective: toy, workers: 2, onEvent: log.add).run()
        == .finished)
    #expect(log.count { if case .waiting = $0 { true } else { false } } == 0)
  }

  @Test func `A run whose task is canceled ends as if it was asked to stop`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let hasBegun = Locked(false)
    let toy = Toy(epochs: 100_000) { _, _ in
      hasBegun.withLock { $0 = true }
      Thread.sleep(forTimeInterval: 0.005)
    }
    let run = Task { try await StudyRunner(store: store, study: study, objective: toy, workers: 3).run() }
    while !hasBegun.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
    run.cancel()
    #expect(try await run.value == .interrupted)
    #expect(try store.counts(of: study).pending == 2)
  }

  @Test func `Progress is thinned out`() {
    let count = Locked(0)
    let trial = RunningTrial(hyperparameters: [:], onProgress: { _, _ in count.withLock { $0 += 1 } })
    let time = ContinuousClock().measure {
      for step in 0..<10_000 { trial.progress(fraction: Double(step) / 10_000, detail: "step \(step)") }
    }
    // One at the start and at most one in each further tenth of a second, however long the loop takes.
    #expect((1...1 + Int(time / .milliseconds(100))).contains(count.withLock { $0 }))
  }
}
