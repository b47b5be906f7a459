import Foundation
import Testing

/// Chromium's driver as a child process, which starts and leads browsers; it ends with the process of the tests.
///
/// Source: W3C, *WebDriver*, <https://www.w3.org/TR/webdriver2/>.
final class ChromeDriver: Sendable {
  private static let started = Result { try ChromeDriver() }

  /// The driver, started at the first use.
  static var shared: ChromeDriver { get throws { try started.get() } }

  static let absence: Comment = "Chromium or its driver is not installed, so this is not tested"

  /// Whether both programs are there; RUN_HYPER_REQUIRE_BROWSER makes their absence a failure.
  static let isInstalled =
    (path(of: "chromedriver") != nil && browser != nil) || isRequired

  /// Whether nothing may be missing that tests of pages need.
  static let isRequired = ProcessInfo.processInfo.environment["RUN_HYPER_REQUIRE_BROWSER"] == "1"

  /// The path of Chromium.
  static let browser = path(of: "chromium") ?? path(of: "chromium-browser") ?? path(of: "google-chrome")

  private let port: UInt16

  private static func path(of program: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    return (folders + ["/usr/bin"]).map { "\($0)/\(program)" }.first(where: FileManager.default.isExecutableFile)
  }

  private init() throws {
    guard let driver = Self.path(of: "chromedriver") else {
      throw BrowserFailure(description: "no chromedriver: install chromium and chromium-driver")
    }
    let own = ProcessInfo.processInfo.processIdentifier
    // Short, since Chromium makes a socket some 45 bytes below it, whose path has at most 107.
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("browser-\(own)-\(UInt16.random(in: 0...999))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let log = folder.appendingPathComponent("log")
    // The driver and its browsers are one group of processes, with all their files in one folder. Even a test process that
    // crashes leaves neither.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c",
      """
      trap '' INT TERM HUP
      export TMPDIR="$1" HOME="$1" XDG_CONFIG_HOME="$1" XDG_CACHE_HOME="$1"
      setsid "$0" --port=0 &
      driver=$!
      while kill -0 "$2" && kill -0 "$driver"; do sleep 0.3; done 2>/dev/null
      kill -s TERM -- "-$driver"
      sleep 0.5
      kill -s KILL -- "-$driver" 2>/dev/null
      rm -rf "$1"
      """, driver, folder.path, "\(own)",
    ]
    process.standardInput = FileHandle.nullDevice
    try Data().write(to: log)
    // Not that of the tests: `swift test` waits until nobody has it open.
    let output = try FileHandle(forWritingTo: log)
    (process.standardOutput, process.standardError) = (output, output)
    try process.run()
    var found: UInt16?
    try Program.wait(until: "the driver listens", while: process) {
      let text = try String(contentsOf: log, encoding: .utf8)
      found = text.firstMatch(of: #/started successfully on port (\d+)/#).flatMap { UInt16($0.output.1) }
      return found != nil
    }
    port = try #require(found)
  }

  // MARK: - Requests

  private struct Answer<Value: Decodable>: Decodable { let value: Value }

  private struct Refusal: Decodable {
    let error: String
    let message: String
  }

  /// Sends a command and returns its value.
  ///
  /// - Parameter body: JSON.
  func send<Value: Decodable>(_ method: String, _ path: String, _ body: Any = [String: Any]()) throws -> Value {
    let content = method == "POST" ? try JSONSerialization.data(withJSONObject: body) : Data()
    let head =
      "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
      + "Content-Type: application/json\r\nContent-Length: \(content.count)\r\n\r\n"
    let json = try Self.exchange(Data(head.utf8) + content, port: port)
    if let refusal = try? JSONDecoder().decode(Answer<Refusal>.self, from: json).value {
      throw BrowserFailure(description: "\(method) \(path): \(refusal.error): \(refusal.message)")
    }
    return try JSONDecoder().decode(Answer<Value>.self, from: json).value
  }

  /// Sends a request to a port of this machine, and returns what is said in answer.
  private static func exchange(_ request: Data, port: UInt16) throws -> Data {
    let connection = try LocalConnection(port: port)
    guard connection.send(Array(request)) else {
      throw BrowserFailure(description: "the driver does not read any more")
    }
    var answer: [UInt8] = []
    func readMore() throws {
      let bytes = connection.read()
      guard !bytes.isEmpty else { throw BrowserFailure(description: "the driver ended its answer too early") }
      answer += bytes
    }
    while answer.firstRange(of: "\r\n\r\n".utf8) == nil { try readMore() }
    let start = try #require(answer.firstRange(of: "\r\n\r\n".utf8)).upperBound
    let text = String(decoding: answer[..<start], as: UTF8.self)
    let count = try #require(
      text.firstMatch(of: #/(?i)content-length: *(\d+)/#).flatMap { Int($0.output.1) }, "\(text)")
    while answer.count < start + count { try readMore() }
    return Data(answer[start..<start + count])
  }
}

struct BrowserFailure: Error, CustomStringConvertible {
  let description: String
}
