import Foundation
import Glibc
import Testing

/// A running `dashboard`, and requests to it over plain sockets.
final class DashboardPage {
  let process: Process
  let port: UInt16
  let token: String
  private let program: Program
  private let output, errors: URL

  /// Starts it, and waits for the address.
  ///
  /// Its settings are in the program's folder.
  init(_ program: Program, _ arguments: [String] = [], port: UInt16 = 0) throws {
    self.program = program
    (output, errors) = (try program.errorFile(), try program.errorFile())
    process = try program.start(
      ["dashboard", "--port=\(port)"] + arguments,
      environment: ["XDG_CONFIG_HOME": program.folder.appendingPathComponent("settings").path],
      output: try FileHandle(forWritingTo: output), errors: try FileHandle(forWritingTo: errors))
    try Program.wait(for: "\n", in: output, while: process)
    let address = try String(contentsOf: output, encoding: .utf8)
    let parts = try #require(address.wholeMatch(of: #/http://127\.0\.0\.1:(\d+)/([A-Za-z0-9_-]{43})/(\?study=\S+)?\n/#))
    self.port = try #require(UInt16(parts.1))
    token = String(parts.2)
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  /// What it has written to standard error.
  var messages: String { get throws { try String(contentsOf: errors, encoding: .utf8) } }

  /// Interrupts it, and gives back its exit status.
  func end() -> Int32 {
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
  func answer(to request: [UInt8], over connection: Connection? = nil) throws -> (status: Int?, text: String) {
    let connection = try connection ?? Connection(port: port)
    connection.send(request)
    let text = String(decoding: connection.readAll(), as: UTF8.self)
    return (text.firstMatch(of: #/^HTTP/1\.1 (\d+)/#).flatMap { Int($0.1) }, text)
  }

  func status(of request: [UInt8]) throws -> Int? { try answer(to: request).status }

  /// A connection to the server.
  final class Connection {
    private let descriptor: CInt

    init(port: UInt16) throws {
      descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
      var limit = timeval(tv_sec: 600, tv_usec: 0)
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let result = unsafe withUnsafePointer(to: &address) { address in
        unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      try #require(result == 0)
    }

    deinit { close(descriptor) }

    /// Sends bytes, as far as the other side takes them.
    func send(_ bytes: [UInt8]) {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes {
          unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
        }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
      }
    }

    /// Some bytes; empty at the end.
    func read() -> [UInt8] {
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
      return Array(bytes.prefix(max(count, 0)))
    }

    func readAll() -> [UInt8] {
      var all: [UInt8] = []
      while true {
        let bytes = read()
        guard !bytes.isEmpty else { return all }
        all += bytes
      }
    }
  }

  /// The events of a study, one after another.
  final class Events {
    private let connection: Connection
    private var text = ""

    init(_ page: DashboardPage, study: String? = nil) throws {
      connection = try Connection(port: page.port)
      connection.send(page.request("events" + (study.map { "?study=\($0)" } ?? "")))
    }

    /// Reads until an event of a kind whose data has a text in it, and gives back the data.
    func wait(for kind: String, with part: String = "") throws -> String {
      while true {
        while let end = text.firstRange(of: "\n\n") {
          let event = text[..<end.lowerBound]
          text = String(text[end.upperBound...])
          guard let start = event.firstRange(of: "event: \(kind)\ndata: ") else { continue }
          let data = String(event[start.upperBound...])
          if part.isEmpty || data.contains(part) { return data }
        }
        let bytes = connection.read()
        try #require(!bytes.isEmpty, "the events ended before \(kind) with \(part)")
        text += String(decoding: bytes, as: UTF8.self)
      }
    }

    /// Reads to the end.
    func waitForEnd() { _ = connection.readAll() }
  }
}
