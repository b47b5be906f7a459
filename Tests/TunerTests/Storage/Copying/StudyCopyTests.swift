import Foundation
import Locks
import Testing

@testable import Tuner

/// Copies between files.
@Suite struct StudyCopyTests {
  /// A study of eight trials, of which some have ended when it is interrupted.
  private static func start(
    _ store: StudyStore, name: String = "toy", epochs: Int = 13, pruner: String = "none"
  ) async throws -> Study {
    var (definition, cells) = try makeStudy("a choice [1,2,13,3,17,4]\nb choice ['x','y']", name: name)
    definition.pruner = try #require(Pruner(pruner))
    let study = try store.createOrContinue(definition, cells: cells).study
    let stop = StopController()
    _ = try await StudyRunner(
      store: store, study: study, objective: Toy.stopping(stop, inEpoch: epochs), workers: 1, stop: stop
    ).run()
    return study
  }

  private static func finish(_ study: Study, in store: StudyStore) async throws {
    #expect(try await StudyRunner(store: store, study: study, objective: Toy(), workers: 1).run() == .finished)
  }

  private static func hasStudies(_ path: String) throws -> Bool { try sqlite(path, "SELECT 1 FROM study") != "" }

  private static func expectSound(_ store: StudyStore) throws {
    let verification = try store.verify()
    // The toy's metrics do not follow from its ranks.
    let checks = (verification.database + verification.studies.flatMap(\.checks)).filter { $0.name != "results" }
    let problems = checks.flatMap(\.problems)
    #expect(problems.isEmpty, "\(problems)")
    #expect(checks.last?.notes == [])
  }

  @Test(arguments: ["none", "asha first_rung=1 reduction_factor=2"])
  func `A copy has every row and state, beside other studies, and both end in the same way`(pruner: String) async throws
  {
    let (here, there) = (Folder(), Folder())
    let source = try StudyStore(writing: here.database)
    // Numbers differ: studies come and go, and rows of several are mixed.
    _ = try await Self.start(source, name: "before", epochs: 3, pruner: pruner)
    let study = try await Self.start(source, pruner: pruner)
    _ = try await Self.start(source, name: "beside", epochs: 9, pruner: pruner)
    _ = try await Self.start(source, epochs: 11, pruner: pruner)
    let first = try StudyStore(writing: there.database)
    let other = try await Self.start(first, name: "other", epochs: 6, pruner: pruner)
    first.close()
    let before = try sqlite(here.database, ".dump")

    let (target, parts) = try copy(study, in: source, to: there.database)
    let copied = try #require(try target.study(named: "toy"))
    #expect(copied.id == 2 && copied.createdAt == study.createdAt)
    #expect(parts.trials == 12 && parts.checkpoints >= 1 && parts.weightsOfTrial != nil)
    let rows = try copiedRows(study, in: source)
    #expect(try copiedRows(copied, in: target) == rows)
    #expect(rows.contains { $0.hasPrefix("decision") } == (pruner != "none"))
    for table in ["attempt", "observation", "result", "user_rank", "checkpoint", "weights", "trial_parameter"] {
      #expect(rows.contains { $0.hasPrefix("\(table): ") }, "\(table)")
    }
    #expect(try target.revision(of: copied) == source.revision(of: study))
    try Self.expectSound(target)
    #expect(try sqlite(here.database, ".dump") == before)
    #expect(try source.weights(of: study)?.isPresent == true && target.weights(of: copied)?.isPresent == true)

    for (store, study) in [(source, study), (target, copied)] { try await Self.finish(study, in: store) }
    #expect(try source.leaderboard(of: study).text(.csv) == target.leaderboard(of: copied).text(.csv))
    // An attempt begins with the checkpoint, not from the beginning.
    let starts = { (store: StudyStore, study: Study) in
      try copiedRows(study, in: store).filter { $0.hasPrefix("attempt: ") }.map {
        $0.replacing(#/ (owner|seconds|started_at|ended_at)=\S+/#, with: "")
      }.sorted()
    }
    #expect(try starts(source, study) == starts(target, copied))
    #expect(try starts(target, copied).contains { $0.contains("from_checkpoint=\"trial-") })
    // What was there goes on, too.
    try await Self.finish(other, in: target)
    try Self.expectSound(target)
  }

  @Test func `Values of any kind stay what they are`() async throws {
    let (here, there) = (Folder(), Folder())
    let source = try StudyStore(writing: here.database)
    let study = try await Self.start(source)
    try source.transaction { db in
      let numbers: [Double?] = [.infinity, -.infinity, .leastNonzeroMagnitude, 0.1, nil, -0.0]
      for (trial, number) in zip(1..., numbers) {
        try db.run("UPDATE observation SET value = ? WHERE trial_id = ?", [number, trial])
        try db.run("UPDATE trial SET best_value = ? WHERE id = ?", [number, trial])
      }
      let texts: [SQLValue] = [
        .text("a\"\\\n\u{1}é👍' ; --"), .integer(.max), .real(1), .real(1e300), .null, .text("[1, {\"a\": null}]"),
      ]
      for (number, value) in texts.enumerated() {
        try db.run("UPDATE trial_parameter SET value = ? WHERE trial_id = ? AND name = 'a'", [value, number + 1])
      }
      try db.run("UPDATE attempt SET note = ?", ["?, 'it''s' $1\r\n"])
    }
    let rows = try copiedRows(study, in: source)
    let (file, _) = try copy(study, in: source, to: there.database)
    #expect(try copiedRows(try #require(try file.study()), in: file) == rows)
    guard PostgreSQLServer.isInstalled else { return }
    let (server, _) = try copy(study, in: source, to: try PostgreSQLServer.shared.newDatabase())
    #expect(try copiedRows(try #require(try server.study()), in: server) == rows)
    let (again, _) = try copy(try #require(try server.study()), in: server, to: there.path + "/again.sqlite")
    #expect(try copiedRows(try #require(try again.study()), in: again) == rows)
  }

  @Test func `A study of many parts has its rows in order`() throws {
    let (here, there) = (Folder(), Folder())
    let source = try StudyStore(writing: here.database)
    let (definition, cells) = try makeStudy("a choice [\((1...700).map { "\($0)" }.joined(separator: ","))]")
    let study = try source.createOrContinue(definition, cells: cells).study
    try source.transaction { db in
      try db.run("INSERT INTO attempt (trial_id, attempt, owner, started_at) SELECT id, 1, 'x', 'y' FROM trial")
      try db.run(
        """
        INSERT INTO observation (trial_id, attempt, epoch, metric, value) SELECT trial.id, 1, one.ordinal, 'train.loss', one.ordinal FROM trial
        JOIN trial AS one ON one.ordinal <= 40 AND trial.ordinal % 100 > 0
        """)
      try db.run(
        "INSERT INTO user_rank (trial_id, split, ranks) SELECT id, 'valid', ? FROM trial WHERE ordinal BETWEEN 650 AND 660",
        [[UInt8](repeating: 7, count: 3_000_000)])
      // Repeats before and behind the trial of the highest number that they repeat.
      try db.run("UPDATE trial SET repeat_of = id - 40, repeat = 1 WHERE ordinal % 50 = 0")
      for _ in 1...14 {
        try db.run(
          """
          INSERT INTO decision (trial_id, study_id, scheduler, bracket, epoch, action, decided_at)
          SELECT id, study_id, 'x', 0, ordinal, 'resume', '' FROM trial ORDER BY (ordinal * 257) % 701
          """)
      }
    }
    let (target, parts) = try copy(study, in: source, to: there.database)
    #expect(parts == StudyParts(name: "toy", trials: 700, checkpoints: 0, weightsOfTrial: nil))
    let copied = try #require(try target.study())
    #expect(try copiedRows(copied, in: target) == copiedRows(study, in: source))
  }

  // MARK: - States

  @Test func `A state that is damaged or missing is an error, and nothing is left`() async throws {
    let folder = Folder()
    let source = try StudyStore(writing: folder.database)
    let study = try await Self.start(source)
    let checkpoint = source.states.checkpoints.location + "/" + source.states.checkpoints.list()[0]
    let weights = try #require(try source.weights(of: study)).location
    for path in [checkpoint, weights] {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      for (damage, found) in [
        (Data(bytes.reversed()), "bytes that do not match the stored SHA-256"),
        (bytes + [0], "\(bytes.count + 1) bytes"), (nil, "no such file or directory (open)"),
      ] {
        try FileManager.default.removeItem(atPath: path)
        try damage?.write(to: URL(fileURLWithPath: path))
        let target = folder.path + "/target.sqlite"
        let error = #expect(throws: StorageError.self) { try copy(study, in: source, to: target) }
        #expect(error?.location == path && error?.found == found)
        #expect(error?.expected.hasPrefix("the \(bytes.count) bytes that were written; ") == true)
        #expect(try !Self.hasStudies(target))
        #expect(folder.files("target.sqlite.checkpoints") + folder.files("target.sqlite.weights/1") == [])
        try bytes.write(to: URL(fileURLWithPath: path))
      }
    }
    let (target, _) = try copy(study, in: source, to: folder.path + "/target.sqlite")
    try Self.expectSound(target)
  }

  @Test func `The states of a copy are not taken for orphans while it is made`() async throws {
    let (here, there) = (Folder(), Folder())
    let source = try StudyStore(writing: here.database)
    let study = try await Self.start(source)
    let target = try StudyStore(writing: there.database)
    let files = ["studies.sqlite.checkpoints", "studies.sqlite.weights/1"]
    let cleaner = DispatchGroup()
    try source.read { from in
      let snapshot = StudySnapshot(store: source, study: study, db: from)
      try target.transaction { to in
        var transfer = StudyTransfer(of: snapshot, to: target, to)
        _ = try transfer.run()
        #expect(files.map { there.files($0).count } == [1, 1])
        cleaner.enter()
        Thread.detachNewThread {
          // Lists the files before their rows are there.
          #expect(throws: Never.self) { try StudyStore(writing: there.database).removeOrphans() }
          cleaner.leave()
        }
        Thread.sleep(forTimeInterval: 0.5)
      }
    }
    cleaner.wait()
    #expect(files.map { there.files($0).count } == [1, 1])
    try Self.expectSound(target)
  }

  // MARK: - Refusals

  @Test func `A study that runs is not copied, and is when its process has died`() async throws {
    let (here, there) = (Folder(), Folder())
    let source = try StudyStore(writing: here.database)
    let study = try await Self.start(source)
    let child = try Sleeper()
    let owner = try #require(StudyStore.owner(ofProcess: child.number))
    let trial = try #require(try source.claim(from: study, owner: owner).trial)
    let error = #expect(throws: StorageError.self) { try copy(study, in: source, to: there.database) }
    #expect(
      error?.found.hasPrefix("a running study, 'toy': trial \(trial.number) in process \(child.number) on ") == true)
    #expect(error?.location == here.database && error?.expected == "a stopped study")
    #expect(!FileManager.default.fileExists(atPath: there.database))
    child.kill()
    let (target, _) = try copy(study, in: source, to: there.database)
    let copied = try #require(try target.study())
    #expect(try copiedRows(copied, in: target) == copiedRows(study, in: source))
    try await Self.finish(copied, in: target)
    try Self.expectSound(target)
  }

  @Test func `A study that is started or deleted after the checks is not copied`() async throws {
    let (here, there) = (Folder(), Folder())
    let source = try StudyStore(writing: here.database)
    let study = try await Self.start(source)
    let checked = try StudyCopy(of: study, in: source, to: there.database) { try StudyStore(writing: there.database) }
    let child = try Sleeper()
    _ = try source.claim(from: study, owner: try #require(StudyStore.owner(ofProcess: child.number)))
    #expect(throws: StorageError.self) { try checked.run() }
    child.kill()
    _ = try source.reclaim(in: study)
    _ = try source.delete(study)
    let error = #expect(throws: StorageError.self) { try checked.run() }
    #expect(error?.found == "study 'toy' deleted by another process")
    #expect(try !Self.hasStudies(there.database))
  }

  @Test func `A target that has the study, or is the source, is refused and left alone`() async throws {
    let (here, there) = (Folder(), Folder())
    let source = try StudyStore(writing: here.database)
    let study = try await Self.start(source)
    let link = there.path + "/link.sqlite"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: here.database)
    for path in [here.database, link, here.path + "/./studies.sqlite"] {
      let error = #expect(throws: StorageError.self) { try copy(study, in: source, to: path) }
      #expect(error?.found == "the same database as source and target")
    }
    // Another process has made one since the checks.
    let late = try StudyCopy(of: study, in: source, to: there.database) { try StudyStore(writing: there.database) }
    let (definition, cells) = try makeStudy("a choice [1]")
    _ = try late.target.createOrContinue(definition, cells: cells)
    let before = try sqlite(there.database, ".dump")
    func expectRefusal(_ work: () throws -> Void) {
      let error = #expect(throws: StorageError.self, performing: work)
      #expect(error?.location == there.database && error?.found == "a study 'toy' already")
      #expect(error?.expected.hasSuffix("run-hyper studies --delete=toy --storage=\(there.database)") == true)
    }
    expectRefusal { _ = try late.run() }
    late.target.close()
    expectRefusal { _ = try copy(study, in: source, to: there.database) }
    #expect(try sqlite(there.database, ".dump") == before)
    #expect(there.files("studies.sqlite.checkpoints").isEmpty)
  }
}
