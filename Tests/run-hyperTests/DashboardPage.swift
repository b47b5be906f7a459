import Foundation
import Glibc
import Testing

/// A running `dashboard`, and requests to it over plain sockets.
final class DashboardPage {
  let process: Process
  let address: String
  let port: UInt16
  let token: String
  private let program: Program
  private let output, errors: URL

  /// Starts it, and waits for the address.
  ///
  /// Its settings and temporary files are in the program's folder: where a test kills it, its socket stays.
  init(_ program: Program, _ arguments: [String] = [], port: UInt16 = 0) throws {
    self.program = program
    (output, errors) = (try program.errorFile(), try program.errorFile())
    process = try program.start(
      ["dashboard", "--port=\(port)"] + arguments,
      environment: [
        "XDG_CONFIG_HOME": program.folder.appendingPathComponent("settings").path, "TMPDIR": program.folder.path,
      ],
      output: try FileHandle(forWritingTo: output), errors: try FileHandle(forWritingTo: errors))
    try Program.wait(for: "\n", in: output, while: process)
    let line = try String(contentsOf: output, encoding: .utf8)
    let parts = try #require(line.wholeMatch(of: #/http://127\.0\.0\.1:(\d+)/([A-Za-z0-9_-]{43})/(\?study=\S+)?\n/#))
    address = String(line.dropLast())
    self.port = try #require(UInt16(parts.1))
    token = String(parts.2)
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  /// What it has written to standard error.
  var messages: String { get throws { try String(contentsOf: errors, encoding: .utf8) } }

  /// Interrupts it, and gives back its exit status.
  @discardableResult func end() -> Int32 {
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    return Program.status(of: process)
  }

  /// A request for a path behind the token.
  func request(
    _ path: String = "", method: String = "GET", host: String = "127.0.0.1", headers: [String] = [],
    token: String? = nil
  ) -> [UInt8] {
    let lines = ["\(method) /\(token ?? self.token)/\(path) HTTP/1.1", "Host: \(host)"] + headers
    return Array(lines.joined(separator: "\r\n").utf8) + Array("\r\n\r\n".utf8)
  }

  /// The status of the answer, or `nil` if the connection was closed without one, and the body.
  func answer(to request: [UInt8], over connection: LocalConnection? = nil) throws -> (status: Int?, text: String) {
    let connection = try connection ?? LocalConnection(port: port)
    connection.send(request)
    let text = String(decoding: connection.readAll(), as: UTF8.self)
    return (text.firstMatch(of: #/^HTTP/1\.1 (\d+)/#).flatMap { Int($0.1) }, text)
  }

  func status(of request: [UInt8]) throws -> Int? { try answer(to: request).status }

  /// The events of a study, one after another.
  final class Events {
    private let connection: LocalConnection
    private var text = ""

    init(_ page: DashboardPage, study: String? = nil) throws {
      connection = try LocalConnection(port: page.port)
      connection.send(page.request("events" + (study.map { "?study=\($0)" } ?? "")))
    }

    /// Reads until an event of one of these kinds whose data has a text in it, and gives back the data.
    ///
    /// A page that is far behind gets the study instead of its changes. Slow machines are waited for, for 15 minutes.
    func wait(for kinds: String..., with part: String = "") throws -> String {
      let end = ContinuousClock.now + .seconds(900)
      while true {
        try #require(ContinuousClock.now < end, "there was no \(kinds) with \(part)")
        while let end = text.firstRange(of: "\n\n") {
          let event = text[..<end.lowerBound]
          text = String(text[end.upperBound...])
          guard let start = event.firstMatch(of: #/event: (\w+)\ndata: /#), kinds.contains(String(start.1)) else {
            continue
          }
          let data = String(event[start.range.upperBound...])
          if part.isEmpty || data.contains(part) { return data }
        }
        let bytes = connection.read()
        try #require(!bytes.isEmpty, "the events ended before \(kinds) with \(part)")
        text += String(decoding: bytes, as: UTF8.self)
      }
    }

    /// Reads until the study is in a state, which trials have as well, but not beside what they leave on disk.
    func wait(forState state: String) throws {
      _ = try wait(for: "study", "changes", with: "\"state\":\"\(state)\",\"stateBytes\":")
    }

    /// Reads to the end.
    func waitForEnd() { _ = connection.readAll() }
  }
}
