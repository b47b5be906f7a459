package import Tuner

import FlyingFox
import FlyingSocks
import Foundation
import Glibc
import Literals

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

    /// Opens the database for reports.
    package let open: @Sendable () throws -> StudyStore

    /// An error in words, without a password.
    package let wording: @Sendable (any Error) -> String

    package init(
      file: String?, storage: String, study: String?, decimalPlaces: @escaping @Sendable (StudyDefinition) -> Int,
      open: @escaping @Sendable () throws -> StudyStore,
      wording: @escaping @Sendable (any Error) -> String
    ) {
      (self.file, self.storage, self.study) = (file, storage, study)
      (self.decimalPlaces, self.open, self.wording) = (decimalPlaces, open, wording)
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

  private let listeners: [Listener]
  private let watcher: StudyWatcher

  /// Serves the studies of a database.
  ///
  /// - Parameters:
  ///   - port: 0 for any that is free.
  ///   - token: The first part of all paths.
  /// - Throws: A `PortError`.
  package init(_ contents: Contents, port: UInt16, token: DashboardToken) async throws {
    ConnectionLimits.raiseOpenFiles()
    let database = StudyDatabase(file: contents.file, open: contents.open)
    watcher = StudyWatcher(database, storage: contents.storage, wording: contents.wording)
    let answers = DashboardAnswers(
      rule: RequestRule(token: token.text), database: database, watcher: watcher, contents: contents)
    (self.port, listeners) = try await Self.listen(on: port, answers)
  }

  /// Serves until the task is canceled; then the streams of all pages have ended.
  package func run() async {
    await withDiscardingTaskGroup { group in
      for listener in listeners { group.addTask { await listener.keepRunning() } }
      group.addTask {
        let limits = ConnectionLimits()
        while (try? await Task.sleep(for: .seconds(1))) != nil {
          watcher.tick()
          limits.enforce(onPort: port)
        }
        watcher.end()
        for listener in listeners { listener.end() }
      }
    }
  }

  private static func listen(on port: UInt16, _ answers: DashboardAnswers) async throws -> (UInt16, [Listener]) {
    // The other address may have the port taken that is free at the first.
    for isLast in [false, false, false, true] {
      let first = try await Listener(try .inet(ip4: "127.0.0.1", port: port), answers)
      do {
        return (first.port, [first, try await Listener(.loopback(port: first.port), answers)])
      } catch let error as PortError where error.isTaken {
        first.end()
        if port != 0 || isLast { throw error }
      } catch {
        // There is no such address on this machine.
        return (first.port, [first])
      }
    }
    preconditionFailure("the last round returns or throws")
  }
}

/// A server on one address, which is started again should it end.
private final class Listener: Sendable {
  let port: UInt16
  private let server: HTTPServer
  private let first: Task<Void, any Error>

  /// - Throws: A `PortError` if the port cannot be had.
  init(_ address: some SocketAddress, _ answers: DashboardAnswers) async throws {
    let server = HTTPServer(
      config: HTTPServer.Configuration(
        address: address, timeout: 60, sharedRequestReplaySize: 1 << 16, pool: DispatchSocketPool(), logger: .disabled),
      handler: answers)
    let task = Task { try await server.run() }
    // Tells at once of a port that cannot be had.
    let waiting = Task { try await server.waitUntilListening() }
    let failure = Task {
      let result = await task.result
      waiting.cancel()
      return result
    }
    do { try await waiting.value } catch {
      task.cancel()
      if case .failure(let reason) = await failure.value { throw Self.portError(reason, error) }
      throw error
    }
    switch await server.listeningAddress {
    case .ip4(_, let port), .ip6(_, let port): self.port = port
    default:
      task.cancel()
      throw DashboardServer.PortError(description: "found no port of the server", isTaken: false)
    }
    (self.server, first) = (server, task)
  }

  private static func portError(_ reason: any Error, _ other: any Error) -> any Error {
    guard case SocketError.failed(_, let number, let message) = reason else { return reason }
    return DashboardServer.PortError(description: message.lowercased(), isTaken: number == EADDRINUSE)
  }

  /// Serves until `end`: too many open files, for one, end FlyingFox's loop and all its connections, and pages make new ones.
  func keepRunning() async {
    _ = await first.result
    while !Task.isCancelled, !first.isCancelled {
      try? await Task.sleep(for: .milliseconds(100))
      try? await server.run()
    }
  }

  func end() { first.cancel() }
}
