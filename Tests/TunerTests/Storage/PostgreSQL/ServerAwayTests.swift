import Foundation
import Locks
import Testing

@testable import Tuner

@Suite(.enabled(if: PostgreSQLServer.isInstalled, PostgreSQLServer.absence)) struct ServerAwayTests {
  @Test func `A server without a free connection is waited for, and that is said`() throws {
    let uri = try PostgreSQLServer.shared.newDatabase()
    let admin = try PostgreSQLSession(uri)
    try admin.script(
      "CREATE ROLE few LOGIN CONNECTION LIMIT 1; GRANT CREATE ON DATABASE \(try Self.name(admin)) TO few")
    let location = try PostgreSQLLocation(uri.replacing("hyper@", with: "few@"))
    let first = Locked<PostgreSQLSession?>(try PostgreSQLSession(location.uri))
    let notices = Locked<[String]>([])
    let database = try PostgreSQLDatabase(
      location, owner: ProcessIdentity(), patience: .seconds(120),
      onNotice: { notice in
        notices.withLock { $0.append(notice) }
        first.withLock { $0 = nil }
      })
    #expect(try database.read { try $0.value(Int.self, "SELECT 1") } == 1)
    #expect(
      notices.withLock { $0 } == [
        "no free connection to \(location) (too many connections for role \"few\"); waiting for up to 120 s"
      ])
  }

  private static func name(_ session: PostgreSQLSession) throws -> String {
    try Connection(session).value(String.self, "SELECT current_database()") ?? ""
  }

  @Test func `An attempt to connect is called off when nobody waits for it any more`() throws {
    // A server that takes connections and says nothing.
    let folder = Folder()
    let path = folder.path + "/.s.PGSQL.5432"
    let socket = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0 && listen(socket, 5) == 0)
    let asked = Locked(0)
    let error = #expect(throws: PostgreSQLError.self) {
      try PostgreSQLSession(
        "postgresql:///x?host=\(folder.path)&connect_timeout=0",
        isPatient: {
          asked.withLock { count in
            count += 1
            return count < 3
          }
        })
    }
    #expect(error == PostgreSQLError(state: "", message: "no answer yet", isLost: true))
    #expect(asked.withLock { $0 } == 3)
  }

  @Test func `Trials train on while the server is away`() async throws {
    let link = try ServerLink()
    let folder = Folder()
    let (definition, cells) = try makeStudy("a choice [1,2]")
    let file = try StudyStore(writing: folder.database)
    let undisturbed = try file.createOrContinue(definition, cells: cells).study
    _ = try await StudyRunner(store: file, study: undisturbed, objective: Toy(epochs: 20), workers: 2).run()

    let store = try StudyStore(writing: link.uri)
    let study = try store.createOrContinue(definition, cells: cells).study
    let log = Log()
    // The server goes away when both trials have begun, and comes back when both have come to their last epoch.
    let begun = Locked(0)
    let ended = Locked(0)
    let toy = Toy(epochs: 20) { trial, epoch in
      if epoch == 1 {
        begun.withLock { $0 += 1 }
        while begun.withLock({ $0 }) < 2 { Thread.sleep(forTimeInterval: 0.01) }
      }
      if epoch == 3, trial.number == 1 { try link.cut() }
      let isLast =
        epoch == 20
        ? ended.withLock {
          $0 += 1
          return $0 == 2
        } : false
      if isLast { try link.join() }
    }
    let run = StudyRunner(store: store, study: study, objective: toy, workers: 2, onEvent: log.add)
    #expect(try await run.run() == .finished)
    #expect(try store.leaderboard(of: study).text(.csv) == file.leaderboard(of: undisturbed).text(.csv))
    #expect(log.started().sorted() == [1, 2])
    for trial in [1, 2] { #expect(log.reported(trial) == Array(1...20)) }
    let checks = try store.verify().studies.flatMap(\.checks).filter { $0.name != "results" }
    #expect(checks.flatMap(\.problems).isEmpty, "\(checks.flatMap(\.problems))")
  }
}
