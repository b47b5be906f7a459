import Foundation

@testable import Tuner

/// A way to the tests' server, with a new database, that can be cut.
final class ServerLink: Sendable {
  let uri: String

  private let folder = Folder()
  private let server: PostgreSQLServer
  private let admin: PostgreSQLSession
  private let socket = "/.s.PGSQL.5432"

  init() throws {
    server = try PostgreSQLServer.shared
    admin = try PostgreSQLSession(server.newDatabase())
    let name = try Connection(admin).value(String.self, "SELECT current_database()") ?? ""
    uri = "postgresql://hyper@/\(name)?host=\(folder.path)"
    try join()
  }

  /// Ends all connections; new ones cannot be made.
  func cut() throws {
    try FileManager.default.removeItem(atPath: folder.path + socket)
    try admin.execute(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
      """)
  }

  func join() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + socket, withDestinationPath: server.folder + socket)
  }
}
