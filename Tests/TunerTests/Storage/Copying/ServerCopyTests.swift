import Foundation
import Locks
import Testing

@testable import Tuner

/// Copies to a PostgreSQL server, back, and between databases of one.
@Suite(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence)) struct ServerCopyTests {
  @Test(arguments: TwoDatabasesTests.searches)
  func `An interrupted study goes to the server and back, and ends the same everywhere`(
    search: TwoDatabasesTests.Search
  ) async throws {
    let folder = Folder()
    let (first, second) = (
      try PostgreSQLServer.shared.newDatabase(), try PostgreSQLServer.shared.newDatabase()
    )
    let checkpoints = search.hasFolder ? folder.path + "/shared" : nil
    let source = try StudyStore(writing: folder.database)
    let study = try await TwoDatabasesTests.start(search, in: source)
    let (server, parts) = try copy(study, in: source, to: first, checkpoints: checkpoints)
    // Both databases share the folder, or have states themselves.
    let reader = try StudyStore(reading: first, checkpoints: checkpoints)
    let (other, again) = try copy(
      try #require(try reader.study()), in: reader, to: second, checkpoints: checkpoints)
    let (file, back) = try copy(
      try #require(try other.study()), in: other, to: folder.path + "/back.sqlite")
    #expect(parts == again && parts == back)
    var stores = [source, server, other, file]
    let rows = try copiedRows(study, in: source)
    for store in stores { #expect(try copiedRows(try #require(try store.study()), in: store) == rows) }
    for store in stores { #expect(try TwoDatabasesTests.reports(store) == TwoDatabasesTests.reports(source)) }
    let states = try PostgreSQLSession(first).execute("SELECT count(*) FROM saved_state").rows
    #expect((states == [[.integer(0)]]) == search.hasFolder)
    for store in stores {
      try await TwoDatabasesTests.finish(search, try #require(try store.study()), in: store)
    }
    let ended = try TwoDatabasesTests.reports(source)
    for store in stores { #expect(try TwoDatabasesTests.reports(store) == ended) }
    // A finished study, and from server to file at once.
    stores.append(
      try copy(try #require(try server.study()), in: server, to: folder.path + "/ended.sqlite").store)
    for store in stores {
      let verification = try store.verify()
      // The toy's metrics do not follow from its ranks.
      let checks = (verification.database + verification.studies.flatMap(\.checks)).filter { $0.name != "results" }
      #expect(checks.flatMap(\.problems).isEmpty && checks.last?.notes == [], "\(checks.flatMap(\.problems))")
    }
    #expect(try TwoDatabasesTests.reports(stores[4]) == ended)
  }

  private static func interrupted(in store: StudyStore) async throws -> Study {
    try await TwoDatabasesTests.start(TwoDatabasesTests.searches[0], in: store)
  }

  @Test func `A database is known by any URI, and a study in it by its name`() async throws {
    let folder = Folder()
    let uri = try PostgreSQLServer.shared.newDatabase()
    let source = try StudyStore(writing: folder.database)
    let study = try await Self.interrupted(in: source)
    let (server, _) = try copy(study, in: source, to: uri)
    let there = try #require(try server.study())
    let otherwise = uri.replacing("postgresql://", with: "postgres://") + "&application_name=x"
    let same = #expect(throws: StorageError.self) { try copy(there, in: server, to: otherwise) }
    #expect(same?.found == "the same database as source and target")
    let taken = #expect(throws: StorageError.self) { try copy(study, in: source, to: otherwise) }
    #expect(taken?.found == "a study 'toy' already")
    #expect(taken?.expected.contains("--delete=toy --storage='\(uri)&application_name=x'") == true, "\(taken!)")
    #expect(try server.studies().count == 1)
  }

  @Test func `Of two copies at once, one finds the other's study`() async throws {
    let folder = Folder()
    let uri = try PostgreSQLServer.shared.newDatabase()
    let source = try StudyStore(writing: folder.database)
    let study = try await Self.interrupted(in: source)
    let copies = try (0..<2).map { _ in
      try StudyCopy(of: study, in: try StudyStore(reading: folder.database), to: uri) { try StudyStore(writing: uri) }
    }
    let outcomes = Locked<[String]>([])
    let group = DispatchGroup()
    for copy in copies {
      group.enter()
      Thread.detachNewThread {
        let outcome: String
        do { outcome = "\(try copy.run().trials) trials" } catch { outcome = (error as? StorageError)?.found ?? "?" }
        outcomes.withLock { $0.append(outcome) }
        group.leave()
      }
    }
    group.wait()
    #expect(outcomes.withLock { $0.sorted() } == ["12 trials", "a study 'toy' already"])
    let target = try StudyStore(reading: uri)
    #expect(try copiedRows(try #require(try target.study()), in: target) == copiedRows(study, in: source))
  }

  @Test func `Files in a shared folder are no orphans while a copy is made`() async throws {
    let (here, there) = (Folder(), Folder())
    let uri = try PostgreSQLServer.shared.newDatabase()
    let source = try StudyStore(writing: here.database)
    let study = try await Self.interrupted(in: source)
    let target = try StudyStore(writing: uri, checkpoints: there.path)
    let cleaner = try StudyStore(writing: uri, checkpoints: there.path)
    func files() -> Int { there.files(".").count { $0.hasSuffix(".checkpoint") || $0.contains("safetensors") } }
    try cleaner.states.checkpoints.save([1], as: "trial-9-attempt-1-x.checkpoint")
    try source.read { from in
      let snapshot = StudySnapshot(store: source, study: study, db: from)
      try target.transaction { to in
        var transfer = StudyTransfer(of: snapshot, to: target, to)
        _ = try transfer.run()
        #expect(files() == 3)
        try cleaner.removeOrphans()
        #expect(files() == 3)
      }
    }
    try cleaner.removeOrphans()
    #expect(files() == 2)
    let problems = try target.verify().studies.flatMap(\.checks).filter { $0.name != "results" }.flatMap(\.problems)
    #expect(problems.isEmpty, "\(problems)")
  }

  @Test func `A state that is in a folder which nobody names is an error, and nothing is left`() async throws {
    let (folder, shared) = (Folder(), Folder())
    let (uri, second) = (try PostgreSQLServer.shared.newDatabase(), try PostgreSQLServer.shared.newDatabase())
    let source = try StudyStore(writing: uri, checkpoints: shared.path)
    let study = try await Self.interrupted(in: source)
    let forgetful = try StudyStore(reading: uri)
    for target in [folder.database, second] {
      let error = #expect(throws: StorageError.self) { try copy(study, in: forgetful, to: target) }
      #expect(error?.found == "no such saved state")
      #expect(error?.expected.hasSuffix("name their folder with --checkpoints if they are in one") == true)
      #expect(try StudyStore(reading: target).studies().isEmpty)
    }
    #expect(try copy(study, in: source, to: second).parts.checkpoints == 1)
  }
}
