import Foundation
import Locks
import Testing
import Tuner

@testable import Dashboard

@Suite struct StudyLookTests {
  /// A database with a study that has four trials.
  private final class Place {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("look-test-\(UUID().uuidString)")
    var path: String { folder.appendingPathComponent("studies.sqlite").path }

    init(isEmpty: Bool = false) throws {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      if !isEmpty { try addStudy(to: try StudyStore(writing: path)) }
    }

    func addStudy(to store: StudyStore) throws {
      let space = "a choice [1,2,3,4]"
      let definition = StudyDefinition(
        name: "s", model: "Toy", dataset: "toys", datasetHash: "d", searchSpace: space, fixedConfiguration: [],
        invocation: "{}", numericVersion: 1, seed: 7, metric: "mrr@10")
      _ = try store.createOrContinue(definition, cells: try SearchSpace(parsing: space, file: "hyper.test").grid())
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
  }

  private static func look(at study: LiveStudy) -> StudyLook {
    StudyLook(study, storage: "s.sqlite", recipes: { _ in { _ in nil } }, wait: DatabaseWait())
  }

  @Test func `A study that is not there yet is waited for, whatever was wrong before`() throws {
    let place = try Place(isEmpty: true)
    let store = try StudyStore(writing: place.path)
    let study = LiveStudy(name: "s")
    var look = Self.look(at: study)
    study.fail("the disk is away")
    try look.look(at: store)
    #expect(study.problem == "no study s in s.sqlite yet; waiting for it")
    try place.addStudy(to: store)
    try look.look(at: store)
    #expect(study.problem == nil && study.trials?.values.count == 4)
  }

  @Test func `A database that was opened again is read after the pause, and until then the problem stays`() throws {
    let place = try Place()
    let study = LiveStudy(name: "s")
    var look = Self.look(at: study)
    let first = try StudyStore(writing: place.path)
    try look.look(at: first)
    let sequence = try #require(study.whole?.sequence)
    let now = ContinuousClock.now
    study.fail("the disk is away")
    // As after work that has taken long.
    look.rest(afterWorkSince: -1000)
    let second = try StudyStore(writing: place.path)
    try look.look(at: second, clock: now)
    #expect(study.problem == "the disk is away" && study.whole?.sequence == sequence)
    try look.look(at: second, clock: now + .seconds(3600))
    #expect(study.problem == nil && study.whole?.sequence == sequence + 1)
  }

  @Test func `While the database keeps its reader waiting, only that counts`() throws {
    let wait = DatabaseWait()
    #expect(!wait.isLong(at: .now + .seconds(3600)))
    wait.during {
      #expect(wait.isLong(at: .now + .seconds(4)))
      #expect(!wait.isLong(at: .now - .seconds(3600)))
    }
    #expect(!wait.isLong(at: .now + .seconds(3600)))
    #expect(throws: CancellationError.self) { try wait.during { throw CancellationError() } }
    #expect(!wait.isLong(at: .now + .seconds(3600)))
  }

  @Test func `A pause is ten times the work, and ten seconds at most`() {
    let now = ContinuousClock.now
    var pause = WorkPause(now: now)
    #expect(pause.isOver(at: now))
    pause.begin(afterSeconds: 0.5, at: now)
    #expect(!pause.isOver(at: now + .seconds(4.9)) && pause.isOver(at: now + .seconds(5.1)))
    pause.begin(afterSeconds: 100, at: now)
    #expect(!pause.isOver(at: now + .seconds(9.9)) && pause.isOver(at: now + .seconds(10)))
  }

  @Test func `A database whose opening fails is opened again, and its store is kept while its file is the same`() throws
  {
    struct Away: Error {}
    let place = try Place()
    let isAway = Locked(true)
    let database = ReopenedStore(file: place.path) { [path = place.path] in
      if isAway.withLock({ $0 }) { throw Away() }
      return try StudyStore(writing: path)
    }
    #expect(throws: Away.self) { try database.store() }
    isAway.withLock { $0 = false }
    let first = try Self.opened(database)
    #expect(try database.store() === first)
    database.reopen(after: Away())
    #expect(try Self.opened(database) !== first)
  }

  /// The store after the pause.
  private static func opened(_ database: ReopenedStore) throws -> StudyStore {
    for _ in 0..<2000 {
      if let store = try? database.store() { return store }
      Thread.sleep(forTimeInterval: 0.01)
    }
    return try database.store()
  }
}
