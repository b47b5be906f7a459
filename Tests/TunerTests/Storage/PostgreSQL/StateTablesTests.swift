import Foundation
import Locks
import Testing

@testable import Tuner

/// Saved states in a server's database.
@Suite(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence)) struct StateTablesTests {
  private let uri: String
  private let store: StudyStore

  init() throws {
    uri = try PostgreSQLServer.shared.newDatabase()
    store = try StudyStore(writing: uri)
  }

  private var states: any StateStorage { store.states }

  private func session() throws -> PostgreSQLSession { try PostgreSQLSession(uri) }

  private func count(_ table: String) throws -> SQLValue {
    try session().execute("SELECT count(*) FROM \(table)").rows[0][0]
  }

  private static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 40503 >> 7) } }

  @Test func `A saved state is read, listed, replaced and removed by its name`() throws {
    for states in [states.checkpoints, states.weights(of: 3)] {
      try expectContract(of: states)
      let error = #expect(throws: StorageError.self) { try states.read("b") }
      #expect(error?.found == "no such saved state")
    }
    #expect(states.checkpoints.location(of: "b") == "\(uri), checkpoints/b")
    #expect(states.weights(of: 3).location(of: "b") == "\(uri), weights/3/b")
    #expect(try count("saved_state_part") == .integer(0))
    #expect(states.takeNotices().isEmpty)
  }

  @Test func `The weights of all studies are found`() throws {
    #expect(states.weightsOfAll().isEmpty)
    try states.checkpoints.save([1], as: "a")
    for (study, name) in [(12, "a"), (2, "b"), (2, "c")] as [(Int64, String)] {
      try states.weights(of: study).save([1], as: name)
    }
    #expect(states.weightsOfAll().map(\.study) == ["12", "2"])
    #expect(states.weightsOfAll().map { $0.states.list() } == [["a"], ["b", "c"]])
    states.weights(of: 2).removeAll()
    #expect(states.weightsOfAll().map(\.study) == ["12"])
  }

  @Test(arguments: ["../../x", "/etc/passwd", "..", ".", "", "a\0/../b", "../\u{301}x", "'; DROP TABLE study --", "%"])
  func `Whatever name a database gives, the state has its last part`(name: String) throws {
    for states in [states.checkpoints, states.weights(of: 1)] {
      try states.save([7], as: "other")
      try states.save([8], as: name)
      let location = states.location(of: name)
      // A slash and a combining mark are one character.
      let last = location.unicodeScalars.dropFirst(states.location.unicodeScalars.count + 1)
      #expect(states.list() == [String(last), "other"].sorted() && !last.contains("/"))
      #expect(states.contains(name) == true)
      #expect(try states.read(name) == [8])
      states.remove([name])
      #expect(states.list() == ["other"])
    }
  }

  @Test(arguments: [
    (1, 1), (StateRows.partSize - 1, 1), (StateRows.partSize, 1), (StateRows.partSize + 1, 2),
    (2 * StateRows.partSize, 2), (30_000_000, 29),
  ])
  func `A state is there in parts, byte for byte`(count: Int, parts: Int) throws {
    let bytes = Self.bytes(count)
    try states.checkpoints.save(bytes, as: "a")
    #expect(try states.checkpoints.read("a") == bytes)
    #expect(try self.count("saved_state_part") == .integer(Int64(parts)))
    let reader = try StudyStore(reading: uri)
    #expect(try reader.states.checkpoints.read("a") == bytes)
  }

  @Test func `A state that lacks a part is not read`() throws {
    try states.checkpoints.save(Self.bytes(3 * StateRows.partSize), as: "a")
    try session().script("DELETE FROM saved_state_part WHERE part = 1")
    let error = #expect(throws: StorageError.self) { try states.checkpoints.read("a") }
    #expect(error?.found == "a saved state without part 1")
  }

  // MARK: - Interruptions

  @Test(arguments: [0, 1, 2])
  func `A process that dies in the middle of a state leaves the earlier one, and it is cleaned up`(parts: Int) throws {
    let rows = try #require(states.checkpoints as? StateRows)
    try rows.save([1], as: "b")
    try store.transaction { db in
      let id = try rows.begin("b", bytes: 2, db)
      for part in 0..<parts { try rows.write([2], part, of: id, "b", db) }
    }
    #expect(rows.list() == ["b", "b.partial"])
    #expect(rows.contains("b.partial") == false)
    #expect(try rows.read("b") == [1])
    #expect(try store.orphans().map { $0.place.location(of: $0.name) } == ["b", "b.partial"].map(rows.location(of:)))
    let files = try #require(try store.verify().database.last)
    #expect(files.summary == "2 orphaned saved states")
    #expect(files.notes.last == "\(uri), checkpoints/b.partial belongs to no trial; the next run of a study removes it")
    try store.removeOrphans()
    #expect(try count("saved_state") == .integer(0))
    #expect(try count("saved_state_part") == .integer(0))
  }

  @Test func `A state of a running trial stays, complete or not`() throws {
    let (definition, cells) = try makeStudy("a choice [1]")
    let study = try store.createOrContinue(definition, cells: cells).study
    let trial = try #require(try store.claim(from: study, owner: store.makeOwner()).trial)
    let rows = try #require(states.checkpoints as? StateRows)
    let id = try store.transaction { db in
      try rows.begin("trial-\(trial.id)-attempt-1-epoch-1-x.checkpoint", bytes: 2, db)
    }
    try states.weights(of: study.id).save([1], as: "trial-1.safetensors")
    for name in ["trial-1-attempt-2-x", "trial-9-attempt-1-x"] { try rows.save([1], as: name) }
    try store.removeOrphans()
    #expect(rows.list() == ["trial-\(trial.id)-attempt-1-epoch-1-x.checkpoint.partial"])
    #expect(states.weights(of: study.id).list() == ["trial-1.safetensors"])
    // A process that lost its trial in the middle of a state is told so.
    try store.transaction { db in try rows.write([1], 0, of: id, "x", db) }
    rows.removeAll()
    let error = #expect(throws: StorageError.self) {
      try store.transaction { db in try rows.write([2], 1, of: id, "x", db) }
    }
    #expect(error?.location == rows.location(of: "x"))
    #expect(error?.found == "a state that another process removed while it was written")
  }

  @Test func `A connection that ends in the middle of a state is made again`() throws {
    let bytes = Self.bytes(30_000_000)
    let isSaved = Locked(false)
    let ended = Locked(0)
    let end = DispatchGroup()
    end.enter()
    Thread.detachNewThread {
      defer { end.leave() }
      guard let killer = try? PostgreSQLSession(uri) else { return }
      // Each time after a few more parts.
      while !isSaved.withLock({ $0 }), ended.withLock({ $0 }) < 8 {
        let result = try? killer.execute(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND (SELECT count(*) FROM saved_state_part) > CAST(? AS bigint)
          """, [.integer(Int64(3 * ended.withLock { $0 }))])
        if result?.rows.contains([.integer(1)]) == true { ended.withLock { $0 += 1 } }
      }
    }
    try states.checkpoints.save(bytes, as: "a")
    isSaved.withLock { $0 = true }
    end.wait()
    #expect(ended.withLock { $0 } == 8)
    #expect(try states.checkpoints.read("a") == bytes)
    #expect(try count("saved_state_part") == .integer(29))
    #expect(states.checkpoints.list() == ["a"])
  }

  @Test func `A state that cannot be written leaves nothing`() throws {
    try session().script("ALTER TABLE saved_state_part ADD CONSTRAINT few CHECK (part < 2)")
    let error = #expect(throws: StorageError.self) {
      try states.checkpoints.save(Self.bytes(3 * StateRows.partSize), as: "a")
    }
    #expect(error?.location == states.checkpoints.location(of: "a"))
    #expect(error?.found.contains("few") == true)
    #expect(try count("saved_state") == .integer(0))
  }

  // MARK: - Several at once

  @Test func `Two stores may save states of one name at once, and others use the connection in between`() throws {
    let other = try StudyStore(writing: uri)
    let contents = [Self.bytes(5_000_001), [UInt8](repeating: 9, count: 4_000_000)]
    let errors = Locked<[String]>([])
    let running = Locked(2)
    let end = DispatchGroup()
    for (store, bytes) in zip([store, other], contents) {
      end.enter()
      Thread.detachNewThread {
        for _ in 1...6 {
          do { try store.states.checkpoints.save(bytes, as: "a") } catch { errors.withLock { $0.append("\(error)") } }
        }
        running.withLock { $0 -= 1 }
        end.leave()
      }
    }
    var reads = 0
    while running.withLock({ $0 }) > 0 {
      _ = try store.studies()
      reads += 1
    }
    end.wait()
    #expect(errors.withLock { $0 } == [])
    #expect(contents.contains(try states.checkpoints.read("a")))
    #expect(states.checkpoints.list() == ["a"])
    // Twelve states have some sixty parts.
    #expect(reads > 20)
  }

  // MARK: - Studies

  @Test func `A deleted study leaves no state, and the others have theirs`() async throws {
    func run(_ name: String, epochs: Int) async throws -> Study {
      let (definition, cells) = try makeStudy(name: name)
      let study = try store.createOrContinue(definition, cells: cells).study
      let stop = StopController()
      _ = try await StudyRunner(
        store: store, study: study, objective: Toy.stopping(stop, inEpoch: epochs), workers: 1, stop: stop
      ).run()
      return study
    }
    let first = try await run("first", epochs: 13)
    let before = try session().execute("SELECT folder, name FROM saved_state ORDER BY id").rows
    #expect(before.count == 2)
    let second = try await run("second", epochs: 18)
    #expect(try count("saved_state") == .integer(4))
    #expect(
      try store.delete(second) == StudyParts(name: "second", trials: 8, checkpoints: 1, weightsOfTrial: 3))
    #expect(try session().execute("SELECT folder, name FROM saved_state ORDER BY id").rows == before)
    #expect(try store.weights(of: first)?.isPresent == true)

    // A deletion that was cut short.
    try session().script("DELETE FROM study")
    try store.removeOrphans()
    #expect(try count("saved_state") == .integer(0))
    #expect(try count("saved_state_part") == .integer(0))
    // Numbers are never used again, so a new study finds no states of an earlier one.
    #expect(try await run("first", epochs: 1).id > second.id)
  }

  @Test func `Damaged and missing states are found`() async throws {
    let (definition, cells) = try makeStudy()
    let study = try store.createOrContinue(definition, cells: cells).study
    let stop = StopController()
    _ = try await StudyRunner(
      store: store, study: study, objective: Toy.stopping(stop, inEpoch: 13), workers: 1, stop: stop
    ).run()
    try session().script(
      """
      UPDATE saved_state_part SET data = 'x' || substring(data FROM 2)
        WHERE state_id = (SELECT id FROM saved_state WHERE folder = 'checkpoints');
      DELETE FROM saved_state WHERE folder LIKE 'weights/%'
      """)
    let problems = try store.verify().studies.flatMap(\.checks).filter { $0.name != "results" }.flatMap(\.problems)
    #expect(problems.map(\.found) == ["bytes that do not match the stored SHA-256", "no such saved state"])
    #expect(try store.weights(of: study)?.isPresent == false)
  }
}
