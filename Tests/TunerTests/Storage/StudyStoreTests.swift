import Foundation
import Glibc
import Locks
import Testing

@testable import Tuner

@Suite struct StudyStoreTests {
  @Test func `Two studies in one file keep the weights of their own best trials`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    for name in ["first", "second"] {
      let (definition, cells) = try makeStudy("a choice [1]", name: name)
      let study = try store.createOrContinue(definition, cells: cells).study
      #expect(
        try await StudyRunner(store: store, study: study, objective: Toy(epochs: 1), workers: 1).run() == .finished)
    }
    for study in try store.studies().map(\.study) {
      #expect(try store.weights(of: study)?.location == "\(folder.database).weights/\(study.id)/trial-1.safetensors")
    }
    #expect(folder.files("studies.sqlite.weights").count == 4)
  }

  @Test func `A database of schema 1 is brought up to date with all that it holds`() throws {
    let folder = Folder()
    let hash = String(repeating: "a", count: 64)
    let rows = """
      INSERT INTO study VALUES (1, 'old', 'Toy', 'toys', 'd1', 'a choice [1]', '{}', 'f', '{}', 1, 'grid', 'none', 7,
        'mrr@10', 'maximize', '2026-01-01T00:00:00.000Z');
      INSERT INTO trial (study_id, ordinal, fingerprint, configuration, state, finished_at, best_value)
        VALUES (1, 1, '\(hash)', '{"a":1}', 'completed', '2026-01-01T00:00:01.000Z', 0.5);
      INSERT INTO weights VALUES (1, 'trial-1.safetensors', 3, '\(hash)');
      PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = 1;
      """
    #expect(try sqlite(folder.database, Schema.migrations[0] + rows) == "")
    let reader = try StudyStore(reading: folder.database)
    #expect(try reader.leaderboard(of: #require(try reader.study(named: "old"))).rows.map(\.value) == [0.5])
    let store = try StudyStore(writing: folder.database)
    #expect(try sqlite(folder.database, "PRAGMA user_version; PRAGMA foreign_key_check") == "\(Schema.version)\n")
    let study = try #require(try store.study(named: "old"))
    #expect(try store.weights(of: study)?.location.hasSuffix("/1/trial-1.safetensors") == true)
    #expect(try store.leaderboard(of: study).rows.count == 1)
  }

  @Test func `A study of schema 2 goes on where it was`() async throws {
    let folder = Folder()
    let (definition, cells) = try makeStudy("a choice [1,2,3]")
    let fingerprints = cells.map { definition.fingerprint(of: $0) }
    let fixed = definition.fixedConfiguration.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
    let rows = """
      INSERT INTO study VALUES (1, 'toy', 'Toy', 'toys', 'd1', 'a choice [1,2,3]', '{\(fixed.joined(separator: ","))}',
        '\(definition.fixedConfigurationHash)', '{}', 1, 'grid', 'none', 7, 'mrr@10', 'maximize',
        '2026-01-01T00:00:00.000Z');
      INSERT INTO trial (study_id, ordinal, fingerprint, configuration, state, finished_at, best_epoch, best_value)
        VALUES (1, 1, '\(fingerprints[0])', '{"a":1}', 'completed', '2026-01-01T00:00:01.000Z', 1, 0.5);
      INSERT INTO trial (study_id, ordinal, fingerprint, configuration) VALUES (1, 2, '\(fingerprints[1])', '{"a":2}');
      INSERT INTO trial_parameter VALUES (1, 1, 'a', 1, '1'), (2, 1, 'a', 2, '2');
      PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = 2;
      """
    #expect(try sqlite(folder.database, Schema.migrations[0...1].joined(separator: "\n") + rows) == "")
    let store = try StudyStore(writing: folder.database)
    #expect(store.upgrade == StudyStore.Upgrade(schema: 2, copy: folder.database + ".schema-2"))
    #expect(try sqlite(folder.database + ".schema-2", "PRAGMA user_version; SELECT count(*) FROM trial") == "2\n2\n")
    #expect(try StudyStore(writing: folder.database).upgrade == nil)
    let opening = try store.createOrContinue(definition, cells: cells)
    #expect(!opening.isNew && opening.added == 1 && opening.counts.completed == 1)
    let log = Log()
    #expect(
      try await StudyRunner(store: store, study: opening.study, objective: Toy(), workers: 1, onEvent: log.add).run()
        == .finished)
    #expect(log.started() == [2, 3])
    #expect(try store.leaderboard(of: opening.study).rows.map(\.trial) == [3, 2, 1])
  }

  // MARK: - Opening

  @Test func `A missing folder is made`() throws {
    let folder = Folder()
    let path = folder.path + "/a/b/studies.sqlite"
    _ = try StudyStore(writing: path)
    #expect(
      try sqlite(path, "PRAGMA application_id; PRAGMA user_version; PRAGMA journal_mode")
        == "1382959225\n\(Schema.version)\nwal\n")
    _ = try StudyStore(reading: path)
  }

  @Test func `Reports make nothing`() throws {
    let folder = Folder()
    let error = #expect(throws: StorageError.self) { try StudyStore(reading: folder.database) }
    #expect(error?.found == "no such file")
    #expect(folder.files("").isEmpty)
    try Data().write(to: URL(fileURLWithPath: folder.database))
    #expect(throws: StorageError.self) { try StudyStore(reading: folder.database) }
    #expect(folder.files("") == ["studies.sqlite"])
  }

  @Test func `The best trial is found by the index of values, and all trials in their order`() throws {
    let folder = Folder()
    try StudyStore(writing: folder.database).close()
    func plan(_ condition: String) throws -> String {
      let query = "SELECT id, fingerprint FROM trial WHERE study_id = 1 AND \(condition)"
      return try sqlite(folder.database, "EXPLAIN QUERY PLAN \(query)")
    }
    for direction in [Direction.maximize, .minimize] {
      let best = try plan("\(StudyStore.candidate) ORDER BY \(StudyStore.bestFirst(direction)) LIMIT 1")
      #expect(best.contains("INDEX trial_rank (study_id=? AND best_value>?)"), "\(best)")
    }
    let all = try plan(StudyStore.stored)
    #expect(all.contains("(study_id=? AND ordinal>?)"), "\(all)")
  }

  @Test(arguments: [
    ("CREATE TABLE t (x)", "an SQLite database of another program"),
    ("PRAGMA application_id = 5", "an SQLite database of another program"),
    ("PRAGMA application_id = 5; CREATE TABLE t (x)", "an SQLite database of another program"),
    (
      "PRAGMA application_id = 1382959225; PRAGMA user_version = 99; CREATE TABLE t (x)",
      "a study database of schema 99"
    ),
  ])
  func `A database that is not ours is refused and left as it is`(sql: String, found: String) throws {
    let folder = Folder()
    _ = try sqlite(folder.database, sql)
    let before = try Data(contentsOf: URL(fileURLWithPath: folder.database))
    #expect(throws: StorageError.self) { try StudyStore(reading: folder.database) }
    let error = #expect(throws: StorageError.self) { try StudyStore(writing: folder.database) }
    #expect(error?.found == found)
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == before)
    #expect(folder.files("") == ["studies.sqlite"])
  }

  @Test(arguments: ["hello", String(repeating: "text ", count: 1000)])
  func `A file that is no database is refused and left as it is`(text: String) throws {
    let folder = Folder()
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.database))
    let error = #expect(throws: StorageError.self) { try StudyStore(writing: folder.database) }
    #expect(error?.found == "a file that is not an SQLite database")
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == Data(text.utf8))
  }

  @Test func `A place that cannot hold a file is refused`() throws {
    let folder = Folder()
    let error = #expect(throws: StorageError.self) { try StudyStore(writing: folder.path) }
    #expect(error?.found == "a folder")
    // A path through a file is refused for every user, root included.
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path + "/file"))
    #expect(throws: StorageError.self) { try StudyStore(writing: folder.path + "/file/studies.sqlite") }
    #expect(throws: StorageError.self) { try StudyStore(writing: "/proc/studies.sqlite") }
  }

  @Test func `A damaged database is an error and no crash`() throws {
    let folder = Folder()
    var store: StudyStore? = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy()
    _ = try store?.createOrContinue(definition, cells: cells)
    store = nil
    var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.database))
    for index in 4096..<bytes.count { bytes[index] = UInt8(truncatingIfNeeded: index &* 31) }
    try bytes.write(to: URL(fileURLWithPath: folder.database))
    #expect(throws: StorageError.self) {
      let store = try StudyStore(writing: folder.database)
      _ = try store.createOrContinue(definition, cells: cells)
    }
  }

  @Test func `Many processes can make one file at once`() async throws {
    for _ in 0..<5 {
      let folder = Folder()
      let (definition, cells) = try makeStudy()
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<4 {
          group.addTask { try StudyStore(writing: folder.database).createOrContinue(definition, cells: cells).added }
        }
        let added = try await group.reduce(0, +)
        #expect(added == 8)
      }
    }
  }

  // MARK: - Identity

  @Test func `A study with another identity is refused with every difference`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy()
    _ = try store.createOrContinue(definition, cells: cells)
    var other = try makeStudy(datasetHash: "d2", seed: 8, fixed: ["epochs": "4", "topk": "[10]"], metric: "ndcg@10")
      .definition
    other.numericVersion = 2
    let error = #expect(throws: StudyMismatch.self) { try store.createOrContinue(other, cells: cells) }
    #expect(
      error?.description == """
        study 'toy' was started with other settings; use another name (--study=NAME), or undo the changes
          dataset: toys (d1) in the study, toys (d2) now
          seed: 7 in the study, 8 now
          metric: mrr@10 in the study, ndcg@10 now
          numeric version: 1 in the study, 2 now
          epochs: 3 in the study, 4 now
          mode: full in the study, not fixed now
          topk: not fixed in the study, [10] now
        """)
    other.name = "other"
    #expect(try store.createOrContinue(other, cells: cells).isNew)
    #expect(try store.studies().map(\.study.name) == ["toy", "other"])
    #expect(try store.study()?.name == "other")
    #expect(try store.study(named: "toy")?.definition.invocation == #"{"arguments":[]}"#)
    #expect(try store.study(named: "none") == nil)
  }

  @Test func `Adding a choice adds cells, removing one shelves them, and bringing it back brings them back`()
    async throws
  {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2]\nb choice ['x','y']")
    let study = try store.createOrContinue(definition, cells: cells).study
    #expect(try await StudyRunner(store: store, study: study, objective: Toy(), workers: 2).run() == .finished)

    // Another order, other spelling, one value more and one less.
    let (changed, changedCells) = try makeStudy("b choice [\"y\", 'x']\na choice [3.0, 2]")
    let opening = try store.createOrContinue(changed, cells: changedCells)
    #expect((opening.isNew, opening.added, opening.shelved, opening.restored) == (false, 2, 2, 0))
    #expect((opening.counts.completed, opening.counts.pending, opening.counts.shelved) == (2, 2, 2))
    let log = Log()
    #expect(
      try await StudyRunner(store: store, study: study, objective: Toy(), workers: 2, onEvent: log.add).run()
        == .finished)
    #expect(log.started().sorted() == [5, 6])
    #expect(try store.leaderboard(of: study).rows.map(\.trial).sorted() == [3, 4, 5, 6])

    let back = try store.createOrContinue(definition, cells: cells)
    #expect((back.added, back.shelved, back.restored) == (0, 2, 2))
    #expect(back.counts.completed == 4)
  }

  // MARK: - Fencing

  @Test func `What a worker writes after it lost its trial is dropped`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let trial = try #require(try store.claim(from: study, owner: store.makeOwner()).trial)
    #expect(try store.claim(from: study, owner: store.makeOwner()).trial == nil)
    #expect(try store.reclaim(in: study).isEmpty)
    _ = try sqlite(folder.database, "UPDATE trial SET state = 'pending', owner = NULL")
    let second = try #require(try store.claim(from: study, owner: store.makeOwner()).trial)
    #expect(second.attempt == 2)
    let report = RunningTrial.Report(epoch: 1, values: [("x", 1)], checkpoint: [1, 2, 3])
    #expect(throws: TrialLost(trial: 1, attempt: 1)) { try store.observe(trial, report, seconds: 1, of: study) }
    #expect(throws: TrialLost.self) {
      try store.finish(trial, .failed(kind: "k", message: "m"), seconds: 1, of: study)
    }
    #expect(throws: TrialLost.self) { try store.release(trial, epoch: 1, checkpoint: nil, seconds: 1) }
    #expect(try store.observe(second, report, seconds: 1, of: study).failure == nil)
    #expect(folder.files("studies.sqlite.checkpoints").count == 1)
    #expect(try sqlite(folder.database, "SELECT attempt, count(*) FROM observation") == "2|1\n")
  }

  // MARK: - Checkpoints

  @Test(arguments: ["truncate", "flip", "remove"])
  func `A damaged checkpoint costs the progress and not the trial`(damage: String) async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let stop = StopController()
    let toy = Toy { _, epoch in if epoch == 3 { stop.requestStop() } }
    #expect(
      try await StudyRunner(store: store, study: study, objective: toy, workers: 1, stop: stop).run() == .interrupted)
    let file = try #require(folder.files("studies.sqlite.checkpoints").first)
    let url = URL(fileURLWithPath: folder.database + ".checkpoints/" + file)
    var bytes = try Data(contentsOf: url)
    switch damage {
    case "truncate": try Data(bytes.dropLast()).write(to: url)
    case "flip":
      bytes[0] ^= 1
      try bytes.write(to: url)
    default: try FileManager.default.removeItem(at: url)
    }
    let log = Log()
    #expect(
      try await StudyRunner(store: store, study: study, objective: Toy(), workers: 1, onEvent: log.add).run()
        == .finished)
    #expect(log.resumed() == [1: 0])
    #expect(log.warnings().count == 1)
    let story = try store.story(of: 1, in: study)
    #expect(story.attempts.map(\.ending) == ["interrupted", "completed"])
    #expect(story.attempts.map(\.fromEpoch) == [0, 0])
    #expect(story.attempts[1].note?.contains(file) == true)
    #expect(story.curve.count == 10)
    #expect(story.value == 5.0 / 7 || abs((story.value ?? 0) - 5.0 / 7) < 1e-12)
    #expect(folder.files("studies.sqlite.checkpoints").isEmpty)
  }

  @Test func `An interrupted trial shows its epochs once and goes on from its checkpoint`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let stop = StopController()
    let toy = Toy { _, epoch in if epoch == 3 { stop.requestStop() } }
    #expect(
      try await StudyRunner(store: store, study: study, objective: toy, workers: 1, stop: stop).run() == .interrupted)
    #expect(try sqlite(folder.database, "SELECT state, best_epoch FROM trial") == "pending|3\n")
    let log = Log()
    #expect(
      try await StudyRunner(store: store, study: study, objective: Toy(), workers: 1, onEvent: log.add).run()
        == .finished)
    #expect(log.resumed() == [1: 3])
    #expect(
      try store.story(of: 1, in: study).curve.filter { $0.metric == "train.loss" }.map(\.epoch) == [1, 2, 3, 4, 5])
    #expect(throws: ReportError.self) { try store.story(of: 2, in: study) }
  }

  @Test func `Files that a crash left are removed, those in use are not`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let trial = try #require(try store.claim(from: study, owner: store.makeOwner()).trial)
    _ = try store.observe(trial, RunningTrial.Report(epoch: 1, values: [], checkpoint: [1]), seconds: 1, of: study)
    let kept = folder.files("studies.sqlite.checkpoints")
    for name in [
      "trial-1-attempt-1-epoch-2-x.checkpoint.partial", "trial-1-attempt-9-epoch-2-x.checkpoint",
      "trial-2-attempt-1-epoch-2-x.checkpoint",
    ] {
      try Data().write(to: URL(fileURLWithPath: store.states.checkpoints.location(of: name)))
    }
    try FileManager.default.createDirectory(
      atPath: store.states.weights(of: study.id).location, withIntermediateDirectories: true)
    for name in ["trial-1.safetensors", "trial-2.safetensors", "trial-2.safetensors.partial"] {
      try Data().write(to: URL(fileURLWithPath: store.states.weights(of: study.id).location(of: name)))
    }
    try store.removeOrphans()
    #expect(folder.files("studies.sqlite.checkpoints") == kept + ["trial-1-attempt-1-epoch-2-x.checkpoint.partial"])
    #expect(folder.files("studies.sqlite.weights") == ["1", "1/trial-1.safetensors"])
  }

  // MARK: - Owners

  @Test func `The trial of a process that was killed is taken over at once`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let child = try Sleeper()
    let owner = try #require(StudyStore.owner(ofProcess: child.number))
    let trial = try #require(try store.claim(from: study, owner: owner).trial)
    _ = try store.observe(
      trial, RunningTrial.Report(epoch: 4, values: [("valid.mrr@10", 0.5)], checkpoint: Array("0.5".utf8)), seconds: 1,
      of: study)
    #expect(try store.reclaim(in: study).isEmpty)
    #expect(try store.studies().first?.counts.running == 1)

    let log = Log()
    async let run = StudyRunner(store: store, study: study, objective: Toy(), workers: 2, onEvent: log.add).run()
    try await log.waitForWaiting()
    child.kill()
    #expect(try await run == .finished)
    #expect(log.resumed() == [1: 4, 2: 0])
    #expect(log.count { if case .reclaimed(trial: 1) = $0 { true } else { false } } == 1)
    #expect(try store.story(of: 1, in: study).attempts.map(\.ending) == ["lost", "completed"])
  }

  @Test func `A trial that was taken over stops at the next heartbeat, in the middle of an epoch`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database, heartbeatTimeout: .milliseconds(600))
    let (definition, cells) = try makeStudy("a choice [1,2]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let stopped = Locked<[Int]>([])
    let toy = Toy { trial, epoch in
      guard trial.number == 1, trial.attempt == 1, epoch == 2 else { return }
      try store.transaction { db in
        try db.run("UPDATE trial SET state = 'pending', owner = NULL WHERE ordinal = 1")
      }
      while !trial.shouldStop { Thread.sleep(forTimeInterval: 0.01) }
      stopped.withLock { $0.append(epoch) }
    }
    let log = Log()
    #expect(
      try await StudyRunner(store: store, study: study, objective: toy, workers: 1, onEvent: log.add).run() == .finished
    )
    #expect(stopped.withLock { $0 } == [2])
    #expect(log.count { if case .lost(trial: 1) = $0 { true } else { false } } == 1)
    #expect(log.started().sorted() == [1, 1, 2])
  }

  @Test func `An observer that was paused takes no old news for silence`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    _ = try #require(try store.claim(from: study, owner: "elsewhere/0000/1/4711/99/1").trial)
    let start = SuspendingClock.now
    /// Looks, with a pause in the middle.
    func reclaimed(from: Int, to: Int) throws -> [Int] {
      var times = [from, to][...]
      return try store.reclaim(in: study) { start + .seconds(times.popFirst() ?? to) }
    }
    #expect(try reclaimed(from: 0, to: 600).isEmpty)
    #expect(try reclaimed(from: 601, to: 900).isEmpty)
    #expect(try reclaimed(from: 720, to: 900).isEmpty)
    #expect(try reclaimed(from: 721, to: 721) == [1])
  }

  @Test func `A run that waits for another process can be stopped`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let other = try Sleeper()
    let owner = try #require(StudyStore.owner(ofProcess: other.number))
    _ = try #require(try store.claim(from: study, owner: owner).trial)
    let (stop, log) = (StopController(), Log())
    async let run = StudyRunner(
      store: store, study: study, objective: Toy(), workers: 2, stop: stop, onEvent: log.add
    ).run()
    try await log.waitForWaiting()
    stop.requestStop()
    #expect(try await run == .interrupted)
    #expect(log.count { if case .waiting(trials: 1, _, _) = $0 { true } else { false } } == 1)
    withExtendedLifetime(other) {}
  }

  @Test func `A run that may only wait for so long leaves the rest to a living process, and stays after a dead one`()
    async throws
  {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1,2]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let other = try Sleeper()
    let owner = try #require(StudyStore.owner(ofProcess: other.number))
    _ = try #require(try store.claim(from: study, owner: owner).trial)
    func run() async throws -> RunOutcome {
      try await StudyRunner(
        store: store, study: study, objective: Toy(), workers: 2, limits: RunLimits(idleTime: .milliseconds(1))
      ).run()
    }
    #expect(try await run() == .leftToOthers(trials: 1))
    #expect(try store.counts(of: study).completed == 1)
    other.kill()
    #expect(try await run() == .finished)
  }

  @Test(arguments: [
    ("another start time", "{host}/{boot}/{namespace}/{process}/1/1", true),
    ("another boot of this host", "{host}/0000/{namespace}/{process}/{start}/1", true),
    ("another host", "elsewhere/0000/{namespace}/{process}/{start}/1", false),
    ("another container", "{host}/{boot}/1/{process}/{start}/1", false),
    ("nonsense", "who knows", false),
  ])
  func `An owner is dead when no living process can be it`(what: String, pattern: String, isDead: Bool) throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let own = store.makeOwner().split(separator: "/").map(String.init)
    var owner = pattern
    for (index, name) in ["host", "boot", "namespace", "process", "start"].enumerated() {
      owner = owner.replacingOccurrences(of: "{\(name)}", with: own[index])
    }
    _ = try #require(try store.claim(from: study, owner: owner).trial)
    let now = SuspendingClock.now
    func reclaimed(after seconds: Int) throws -> [Int] {
      try store.reclaim(in: study) { now + .seconds(seconds) }
    }
    #expect(try reclaimed(after: 0) == (isDead ? [1] : []))
    guard !isDead else { return }
    // By the stamps alone it would be gone: the owner's clock is behind ours.
    _ = try sqlite(folder.database, "UPDATE trial SET heartbeat_at = '2020-01-01T00:00:00.000Z'")
    #expect(try reclaimed(after: 1).isEmpty)
    #expect(try reclaimed(after: 121).isEmpty)
    try store.beat(owners: [owner])
    #expect(try reclaimed(after: 122).isEmpty)
    // By the stamps alone it would live for years.
    _ = try sqlite(folder.database, "UPDATE trial SET heartbeat_at = '2120-01-01T00:00:00.000Z'")
    #expect(try reclaimed(after: 123).isEmpty)
    #expect(try reclaimed(after: 243).isEmpty)
    #expect(try reclaimed(after: 244) == [1])
  }

  @Test func `A trial of a dead process without a heartbeat is taken over, too`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let process = try Sleeper()
    let owner = try #require(StudyStore.owner(ofProcess: process.number))
    _ = try #require(try store.claim(from: study, owner: owner).trial)
    process.kill()
    #expect(try sqlite(folder.database, "UPDATE trial SET heartbeat_at = NULL") == "")
    #expect(try store.reclaim(in: study) == [1])
  }
}
