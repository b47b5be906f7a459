import FlyingFox
import FlyingSocks
import Foundation
import Glibc
import Literals
package import Tuner

/// The server of the live page, for this machine only.
package struct DashboardServer: Sendable {
  /// What is shown, and how it is called.
  package struct Contents: Sendable {
    /// The file of the database; `nil` for one on a server.
    package let file: String?

    /// The database in words, without a password.
    package let storage: String

    /// The study of addresses that name none; `nil` for the newest.
    package let study: String?

    /// The digits of a study's metric in tables.
    package let decimalPlaces: @Sendable (StudyDefinition) -> Int

    package let recipes: StudyRecipes

    /// Opens the database for reports.
    package let open: @Sendable () throws -> StudyStore

    /// An error in words, without a password.
    package let wording: @Sendable (any Error) -> String

    package init(
      file: String?, storage: String, study: String?, decimalPlaces: @escaping @Sendable (StudyDefinition) -> Int,
      recipes: @escaping StudyRecipes, open: @escaping @Sendable () throws -> StudyStore,
      wording: @escaping @Sendable (any Error) -> String
    ) {
      (self.file, self.storage, self.study) = (file, storage, study)
      (self.decimalPlaces, self.recipes, self.open, self.wording) = (decimalPlaces, recipes, open, wording)
    }
  }

  /// A port on which nothing can be served.
  package struct PortError: Error, Sendable, CustomStringConvertible {
    package let description: String

    /// Whether another program serves on it.
    package let isTaken: Bool
  }

  /// Where it is served.
  package let port: UInt16

  /// A port that is registered for nothing that one would meet.
  package static let standardPort: UInt16 = 8420

  let folder: SocketFolder
  private let gates: [RequestGate]
  private let server: HTTPServer
  private let watcher: StudyWatcher

  /// Serves the studies of a database.
  ///
  /// - Parameters:
  ///   - port: 0 for any that is free; `nil` for the standard one, or any that is free if that is taken.
  ///   - token: The first part of all paths.
  ///   - limits: `nil` for those that suit the number of files that the process may open, which is raised.
  /// - Throws: A `PortError`, or another error that says what is missing.
  package init(
    _ contents: Contents, port: UInt16?, standardPort: UInt16 = Self.standardPort, token: DashboardToken,
    limits: RequestGate.Limits? = nil
  ) throws {
    let limits = limits ?? RequestGate.Limits(files: OpenFiles.raiseLimit())
    let pool = try PollingSocketPool()
    let rule = RequestRule(token: token.text)
    let count = RequestGate.Count()
    let folder = try SocketFolder()
    func gates(onPort port: UInt16) throws -> [RequestGate] {
      try Self.gates(onPort: port) {
        try RequestGate($0, rule, server: folder.address, pool: pool, limits: limits, count: count)
      }
    }
    do {
      do { self.gates = try gates(onPort: port ?? standardPort) } catch let error as PortError {
        guard port == nil, error.isTaken else { throw error }
        self.gates = try gates(onPort: 0)
      }
    } catch {
      folder.remove()
      throw error
    }
    self.folder = folder
    self.port = self.gates[0].port
    let database = ReopenedStore(file: contents.file, open: contents.open)
    watcher = StudyWatcher(
      database, storage: contents.storage, recipes: contents.recipes, wording: contents.wording)
    let answers = DashboardAnswers(
      rule: rule, database: database, watcher: watcher, contents: contents)
    server = HTTPServer(
      config: HTTPServer.Configuration(
        address: folder.address, timeout: 60, sharedRequestReplaySize: 1 << 14, pool: pool, logger: .disabled),
      handler: answers)
  }

  /// Serves until the task is canceled; then the streams of all pages have ended.
  package func run() async {
    await withDiscardingTaskGroup { group in
      for gate in gates { group.addTask { await gate.run() } }
      group.addTask {
        // Too many open files, for one, end it with all its connections; pages make new ones.
        while !Task.isCancelled {
          folder.clear()
          try? await server.run()
          try? await Task.sleep(for: .milliseconds(50))
        }
      }
      group.addTask {
        while (try? await Task.sleep(for: .seconds(1))) != nil { watcher.tick() }
        watcher.end()
      }
    }
    folder.remove()
  }

  /// One gate for each of the two addresses of this machine, on the same port.
  private static func gates(
    onPort port: UInt16, _ gate: (any SocketAddress) throws -> RequestGate
  ) throws -> [RequestGate] {
    func opened(_ address: some SocketAddress) throws -> RequestGate {
      do { return try gate(address) } catch SocketError.failed(_, let number, let text) {
        throw PortError(description: text.lowercased(), isTaken: number == EADDRINUSE)
      }
    }
    var attempts = port == 0 ? 20 : 1
    while true {
      attempts -= 1
      let first = try opened(.inet(ip4: "127.0.0.1", port: port))
      do { return [first, try opened(.loopback(port: first.port))] } catch let error as PortError {
        // There is no such address on this machine, or the port that is free at the first one is taken at this one.
        guard error.isTaken else { return [first] }
        first.close()
        guard attempts > 0 else { throw error }
      }
    }
  }
}
