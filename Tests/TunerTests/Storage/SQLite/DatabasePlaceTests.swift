import Foundation
import Glibc
import Locks
import Testing

@testable import Tuner

/// What a run does when its database is deleted, moved or replaced in the middle of a trial.
@Suite struct DatabasePlaceTests {
  // MARK: - The rule

  private static let own = FileIdentity(device: 1, inode: 2)

  @Test(
    arguments: [
      (.file(own), nil, .inPlace), (.file(own), "/b/s.sqlite", .inPlace),
      // A server that does not answer, or a folder that may no longer be searched.
      (.unknown, nil, .inPlace), (.unknown, "/b/s.sqlite", .inPlace), (.nothing, nil, .deleted),
      (.nothing, "/b/s.sqlite", .moved(to: "/b/s.sqlite")),
      // Names that NFS and FUSE make up for files that are deleted and still open.
      (.nothing, "/a/.nfs00000000012c0001", .deleted), (.nothing, "/a/.fuse_hidden0000000100000001", .deleted),
      (.nothing, "/.nfs/s.sqlite", .moved(to: "/.nfs/s.sqlite")),
      (.file(FileIdentity(device: 1, inode: 3)), nil, .replaced(name: nil)),
      (.file(FileIdentity(device: 3, inode: 2)), nil, .replaced(name: nil)),
      (.file(FileIdentity(device: 1, inode: 3)), "/b/s.sqlite", .replaced(name: "/b/s.sqlite")),
      (.file(FileIdentity(device: 1, inode: 3)), "/a/.nfs00000000012c0001", .replaced(name: nil)),
    ] as [(FileSighting, String?, DatabaseFate)])
  private func `What became of a file follows from what is at its path and from its name`(
    sighting: FileSighting, name: String?, fate: DatabaseFate
  ) {
    #expect(DatabaseFate(opened: Self.own, sighting: sighting, name: name) == fate)
  }

  // MARK: - Runs

  private static let space = "a choice [1,2,3,4,5,6]"

  private static func studied(_ store: StudyStore) throws -> Study {
    let (definition, cells) = try makeStudy(space)
    return try store.createOrContinue(definition, cells: cells).study
  }

  private static func undisturbed() async throws -> String {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try studied(store)
    #expect(try await StudyRunner(store: store, study: study, objective: Toy(), workers: 1).run() == .finished)
    return try store.leaderboard(of: study).text(.csv)
  }

  /// Lets the worker of the fourth trial act while the other one stands still at the beginning of the fifth: what takes several steps would
  /// otherwise meet a state that is rightly written in between.
  private final class Stillness: Sendable {
    private let isThere = Locked(false)
    private let isOver = Locked(false)

    /// Stands still until the action is over.
    func keep() {
      isThere.withLock { $0 = true }
      while !isOver.withLock({ $0 }) { usleep(1_000) }
    }

    /// Acts once the other worker stands still.
    ///
    /// - Parameter isAlone: Whether there is no other worker.
    func act(isAlone: Bool, _ action: () throws -> Void) rethrows {
      defer { isOver.withLock { $0 = true } }
      while !isAlone && !isThere.withLock({ $0 }) { usleep(1_000) }
      try action()
    }
  }

  /// Runs a study and does something to its files in the second epoch of the fourth trial.
  ///
  /// - Returns: What the run says, and how many trials had ended before.
  private static func run(
    at path: String, workers: Int = 2, _ event: @escaping @Sendable () throws -> Void
  ) async throws -> (error: MisplacedDatabase?, ended: Int) {
    let store = try StudyStore(writing: path)
    let study = try studied(store)
    let ended = Locked(0)
    let stillness = Stillness()
    let toy = Toy { trial, epoch in
      if trial.number == 5, epoch == 1 { stillness.keep() }
      guard trial.number == 4, epoch == 2, trial.attempt == 1 else { return }
      try stillness.act(isAlone: workers == 1) {
        let count = try store.counts(of: study).completed
        ended.withLock { $0 = count }
        try event()
      }
    }
    let error = await #expect(throws: MisplacedDatabase.self) {
      try await StudyRunner(store: store, study: study, objective: toy, workers: workers).run()
    }
    store.close()
    return (error, ended.withLock { $0 })
  }

  /// The study goes on and ends as an undisturbed one, with all trials that had ended.
  private static func expectEnd(at path: String, ended: Int) async throws {
    #expect(try sqlite(path, "PRAGMA integrity_check; PRAGMA foreign_key_check") == "ok\n")
    // The process that ran them would have ended; here it lives on.
    let dead = try Sleeper()
    let owner = try #require(StudyStore.owner(ofProcess: dead.number))
    dead.kill()
    #expect(try sqlite(path, "UPDATE trial SET owner = '\(owner)' WHERE state = 'running'") == "")
    let store = try StudyStore(writing: path)
    let study = try studied(store)
    #expect(try store.counts(of: study).completed >= ended && ended >= 2)
    #expect(try await StudyRunner(store: store, study: study, objective: Toy(), workers: 2).run() == .finished)
    #expect(try await store.leaderboard(of: study).text(.csv) == undisturbed())
    #expect(
      try sqlite(path, "SELECT count(*) FROM (SELECT 1 FROM attempt WHERE ending = 'completed' GROUP BY trial_id)")
        == "6\n")
    store.close()
  }

  private static let manager = FileManager.default

  @Test(arguments: [[""], ["", "-wal"], ["", "-shm"], ["", "-wal", "-shm"]])
  func `A deleted database is put back with everything that was written, and the study goes on`(suffixes: [String])
    async throws
  {
    let folder = Folder()
    let (error, ended) = try await Self.run(at: folder.database) {
      for suffix in suffixes { try Self.manager.removeItem(atPath: folder.database + suffix) }
    }
    #expect(error?.outcome == .restored)
    #expect(
      folder.files("").filter { !$0.contains("/") } == [
        "studies.sqlite", "studies.sqlite.checkpoints", "studies.sqlite.weights",
      ])
    try await Self.expectEnd(at: folder.database, ended: ended)
  }

  @Test func `A database that is deleted with its folder is put back there`() async throws {
    let folder = Folder()
    let path = folder.path + "/studies/s.sqlite"
    let (error, ended) = try await Self.run(at: path) { try Self.manager.removeItem(atPath: folder.path + "/studies") }
    #expect(error?.outcome == .restored)
    #expect(folder.files("studies") == ["s.sqlite"])
    try await Self.expectEnd(at: path, ended: ended)
  }

  @Test func `A database behind a link is put back where the link leads`() async throws {
    let folder = Folder()
    try Self.manager.createDirectory(atPath: folder.path + "/real", withIntermediateDirectories: true)
    try Self.manager.createSymbolicLink(atPath: folder.database, withDestinationPath: "real/s.sqlite")
    let (error, ended) = try await Self.run(at: folder.database) {
      try Self.manager.removeItem(atPath: folder.path + "/real/s.sqlite")
    }
    #expect(error?.outcome == .restored)
    #expect(folder.files("real") == ["s.sqlite"])
    try await Self.expectEnd(at: folder.database, ended: ended)
  }

  @Test(arguments: [[""], ["", "-wal", "-shm"]])
  func `A moved database is complete where it is, and nothing is written where it was`(suffixes: [String]) async throws
  {
    let folder = Folder()
    let moved = folder.path + "/moved.sqlite"
    let (error, ended) = try await Self.run(at: folder.database) {
      for suffix in suffixes { try Self.manager.moveItem(atPath: folder.database + suffix, toPath: moved + suffix) }
    }
    let name = Disk.resolved(moved)
    #expect(
      error?.outcome
        == .moved(
          to: name,
          folders: [".checkpoints", ".weights"].map { .init(path: folder.database + $0, suffix: $0) }))
    let text = try #require(error?.description)
    #expect(text.contains("it was moved to \(name) during the run") && text.contains("--storage=\(name)"))
    for suffix in ["", "-wal", "-shm"] { #expect(!Self.manager.fileExists(atPath: folder.database + suffix)) }
    for place in [".checkpoints", ".weights"] {
      try Self.manager.moveItem(atPath: folder.database + place, toPath: moved + place)
    }
    try await Self.expectEnd(at: moved, ended: ended)
  }

  @Test func `A database that is moved with its folder is complete there`() async throws {
    let folder = Folder()
    let (error, ended) = try await Self.run(at: folder.path + "/old/s.sqlite") {
      try Self.manager.moveItem(atPath: folder.path + "/old", toPath: folder.path + "/new")
    }
    let name = Disk.resolved(folder.path + "/new/s.sqlite")
    #expect(error?.outcome == .moved(to: name, folders: []))
    #expect(!Self.manager.fileExists(atPath: folder.path + "/old"))
    try await Self.expectEnd(at: name, ended: ended)
  }

  @Test func `A file that has taken the place of a database is left as it is`() async throws {
    let folder = Folder()
    let other = Data("another file, and no database".utf8)
    let (error, _) = try await Self.run(at: folder.database) {
      // In one step: in between, the database would only be deleted.
      try other.write(to: URL(fileURLWithPath: folder.path + "/other"))
      let status = unsafe rename(folder.path + "/other", folder.database)
      #expect(status == 0)
    }
    #expect(error?.outcome == .replaced(hasEverything: false, name: nil))
    #expect(error?.description.contains("Results of this run that are not in the new file are lost.") == true)
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == other)
  }

  /// Gives two files each other's name, in one step; the C library's function for it is not among those that Swift imports.
  private static func exchange(_ one: String, _ other: String) -> Bool {
    typealias Rename =
      @convention(c) (CInt, UnsafePointer<CChar>, CInt, UnsafePointer<CChar>, CUnsignedInt) -> CInt
    guard let symbol = unsafe dlsym(nil, "renameat2") else { return false }
    let rename = unsafe unsafeBitCast(symbol, to: Rename.self)
    let renameExchange: CUnsignedInt = 2
    return unsafe rename(AT_FDCWD, one, AT_FDCWD, other, renameExchange) == 0
  }

  @Test func `Where another database takes the place of a moved one, each has what belongs to it`() async throws {
    let (folder, source) = (Folder(), Folder())
    let store = try StudyStore(writing: source.database)
    let (definition, cells) = try makeStudy(name: "another")
    _ = try store.createOrContinue(definition, cells: cells)
    store.close()
    let before = try Data(contentsOf: URL(fileURLWithPath: source.database))
    let moved = source.database
    let (error, ended) = try await Self.run(at: folder.database) {
      // In one step: in between, the database would only be moved.
      try #require(Self.exchange(moved, folder.database))
    }
    #expect(error?.outcome == .replaced(hasEverything: false, name: Disk.resolved(moved)))
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == before)
    // The log that still lies there is empty, and does not come into the new file.
    #expect(try sqlite(folder.database, "PRAGMA integrity_check; SELECT name FROM study") == "ok\nanother\n")
    try await Self.expectEnd(at: moved, ended: ended)
  }

  @Test(arguments: ["-wal", "-shm"])
  func `A log that is deleted while it is in use is written into the database before the run ends`(suffix: String)
    async throws
  {
    let folder = Folder()
    let (error, ended) = try await Self.run(at: folder.database) {
      try Self.manager.removeItem(atPath: folder.database + suffix)
    }
    #expect(error?.outcome == .cutFromLog(Disk.resolved(folder.database) + suffix, isWritten: true))
    try await Self.expectEnd(at: folder.database, ended: ended)
  }

  @Test
  func `Folders of checkpoints and weights that go while a study runs are made again, and it says what is missing`()
    async throws
  {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let study = try Self.studied(store)
    let log = Log()
    // The sixth trial is the best one, so the weights of the fifth go with the folder and new ones come.
    let toy = Toy { trial, epoch in
      guard trial.number == 6, epoch == 3 else { return }
      for place in [".checkpoints", ".weights"] {
        try Self.manager.moveItem(atPath: folder.database + place, toPath: folder.path + "/moved" + place)
      }
    }
    #expect(
      try await StudyRunner(store: store, study: study, objective: toy, workers: 1, onEvent: log.add).run() == .finished
    )
    #expect(
      log.warnings() == [
        "\(folder.database).checkpoints was deleted, moved or replaced during the run; unfinished trials whose checkpoints were in it restart from the beginning",
        "\(folder.database).weights/1 was deleted, moved or replaced during the run; weights that were in it are missing",
      ])
    #expect(try await store.leaderboard(of: study).text(.csv) == Self.undisturbed())
    #expect(folder.files("studies.sqlite.weights") == ["1", "1/trial-6.safetensors"])

    try Self.manager.removeItem(atPath: folder.database + ".weights")
    let again = Log()
    #expect(
      try await StudyRunner(store: store, study: study, objective: Toy(), workers: 1, onEvent: again.add).run()
        == .finished)
    #expect(
      again.warnings() == [
        "the weights of trial 6 are missing: no file \(folder.database).weights/1/trial-6.safetensors; "
          + "run-hyper train with its configuration recreates them"
      ])
  }
}
