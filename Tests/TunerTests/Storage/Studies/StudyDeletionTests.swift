import Foundation
import Glibc
import Locks
import Testing

@testable import Tuner

@Suite struct StudyDeletionTests {
  /// Runs a study to its end, or stops it after so many epochs of all trials together.
  @discardableResult
  private static func run(_ name: String, in store: StudyStore, epochs: Int = .max) async throws -> Study {
    let (definition, cells) = try makeStudy(name: name)
    let study = try store.createOrContinue(definition, cells: cells).study
    let stop = StopController()
    let count = Locked(0)
    let toy = Toy { _, _ in
      let reached = count.withLock {
        $0 += 1
        return $0
      }
      if reached == epochs { stop.requestStop() }
    }
    _ = try await StudyRunner(store: store, study: study, objective: toy, workers: 1, stop: stop).run()
    return study
  }

  /// Everything in the database, and the names of all files beside it.
  private static func content(_ folder: Folder) throws -> [String] {
    [try sqlite(folder.database, ".dump")] + folder.files("studies.sqlite.checkpoints")
      + folder.files("studies.sqlite.weights")
  }

  @Test func `A deleted study leaves nothing in any table or folder, and the others as they were`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    try await Self.run("first", in: store, epochs: 13)
    let before = try Self.content(folder)
    let study = try await Self.run("second", in: store, epochs: 18)
    #expect(try Self.content(folder) != before)
    #expect(
      try store.delete(study) == StudyParts(name: "second", trials: 8, checkpoints: 1, weightsOfTrial: 3))
    #expect(try Self.content(folder) == before)
    #expect(try store.studies().map(\.study.name) == ["first"])

    let again = #expect(throws: StorageError.self) { try store.delete(study) }
    #expect(
      again?.description
        == "\(folder.database): found study 'second' deleted by another process; expected no deletion of a study in use"
    )
  }

  @Test func `What a deletion that was cut short left is removed by the next run`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let first = try await Self.run("first", in: store, epochs: 13)
    let before = folder.files("studies.sqlite.checkpoints") + folder.files("studies.sqlite.weights")
    _ = try await Self.run("second", in: store, epochs: 18)
    _ = try sqlite(folder.database, "PRAGMA foreign_keys = ON; DELETE FROM study WHERE name = 'second'")
    #expect(folder.files("studies.sqlite.weights").count == 4)
    // A folder that is not ours stays.
    try FileManager.default.createDirectory(
      atPath: folder.database + ".weights/mine", withIntermediateDirectories: true)
    try store.removeOrphans()
    #expect(
      folder.files("studies.sqlite.checkpoints") + folder.files("studies.sqlite.weights") == before + ["mine"])
    #expect(try store.weights(of: first) != nil)
  }

  @Test func `The next study of the same number begins without the deleted one's files`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let old = try await Self.run("old", in: store)
    #expect(folder.files("studies.sqlite.weights").count == 2)
    _ = try sqlite(folder.database, "PRAGMA foreign_keys = ON; DELETE FROM study")
    let (definition, cells) = try makeStudy(name: "new")
    let new = try store.createOrContinue(definition, cells: cells).study
    #expect(new.id == old.id)
    #expect(folder.files("studies.sqlite.weights").isEmpty)

    // A process that still has the old study takes no trial of the new one.
    let error = try #require(throws: StorageError.self) { try store.claim(from: old, owner: store.makeOwner()) }
    #expect(error.found == "study 'old' deleted by another process")
    #expect(throws: StorageError.self) { try store.delete(old) }
    #expect(try store.counts(of: new).pending == 8)
    await #expect(throws: StorageError.self) {
      try await StudyRunner(store: store, study: old, objective: Toy(), workers: 2).run()
    }
  }

  @Test func `A study is not deleted while a living process runs it, and is when that has died`() async throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy()
    let study = try store.createOrContinue(definition, cells: cells).study
    let child = try Sleeper()
    let owner = try #require(StudyStore.owner(ofProcess: child.number))
    for _ in 0..<2 { _ = try #require(try store.claim(from: study, owner: owner).trial) }
    let before = try sqlite(folder.database, ".dump")
    let error = #expect(throws: StorageError.self) { try store.delete(study) }
    let found = try #require(error?.found)
    #expect(found.hasPrefix("a running study, 'toy': trials 1, 2 in process \(child.number) on "))
    #expect(error?.expected == "a stopped study")
    #expect(try sqlite(folder.database, ".dump") == before)

    child.kill()
    #expect(try store.delete(study).trials == 8)
  }

  @Test func `An owner on another host that has just given a sign of life is not listened to`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database)
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    _ = try store.claim(from: study, owner: "elsewhere/0000/1/4711/99/1")
    let error = #expect(throws: StorageError.self) {
      try store.delete(study) { owners, _ in Issue.record("\(owners) had given a sign of life") }
    }
    #expect(error?.found == "a running study, 'toy': trial 1 in process 4711 on elsewhere")
  }

  @Test func `An owner on another host counts as alive until it has been silent for long`() throws {
    let folder = Folder()
    let store = try StudyStore(writing: folder.database, heartbeatTimeout: .milliseconds(300))
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let owner = "elsewhere/0000/1/4711/99/1"
    _ = try store.claim(from: study, owner: owner)
    // As by a clock that is years behind, and lives.
    let old = "UPDATE trial SET heartbeat_at = '2020-01-01T00:00:00.000Z'"
    _ = try sqlite(folder.database, old)
    var listened: [String] = []
    let error = #expect(throws: StorageError.self) {
      try store.delete(study) { owners, _ in
        listened += owners
        _ = try? store.beat(owners: [owner])
      }
    }
    #expect(error?.found == "a running study, 'toy': trial 1 in process 4711 on elsewhere")
    #expect(listened == ["process 4711 on elsewhere"])
    _ = try sqlite(folder.database, old)
    #expect(try store.delete(study) == StudyParts(name: "toy", trials: 1, checkpoints: 0, weightsOfTrial: nil))
  }
}
