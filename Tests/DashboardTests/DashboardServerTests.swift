import Dispatch
import Foundation
import Testing
import Tuner

@testable import Dashboard

@Suite struct DashboardServerTests {
  private struct Away: Error {}

  /// Times that no test reaches, however slow the machine; what is about time has limits of its own.
  private static var patient: RequestGate.Limits {
    var limits = RequestGate.Limits()
    (limits.patience, limits.silence, limits.farewell) = (.seconds(3600), .seconds(3600), .seconds(3600))
    return limits
  }

  /// A server in this process.
  private struct Page {
    let server: DashboardServer
    let token: DashboardToken

    init(
      port: UInt16? = 0, standardPort: UInt16 = 0, limits: RequestGate.Limits = DashboardServerTests.patient,
      study: String? = nil, open: @escaping @Sendable () throws -> StudyStore = { throw Away() }
    ) throws {
      token = DashboardToken(environment: [:])
      let contents = DashboardServer.Contents(
        file: nil, storage: "s.sqlite", study: study, decimalPlaces: { _ in 4 }, recipes: { _ in { _ in nil } },
        open: open, wording: { _ in "the database is <away>" })
      server = try DashboardServer(contents, port: port, standardPort: standardPort, token: token, limits: limits)
    }

    /// Serves while a test runs.
    func serving(_ test: () async throws -> Void) async throws {
      let serving = Task { [server] in await server.run() }
      let result: Result<Void, any Error>
      do { result = .success(try await test()) } catch { result = .failure(error) }
      serving.cancel()
      await serving.value
      try result.get()
    }

    func request(_ path: String = "", method: String = "GET", host: String = "localhost") -> String {
      "\(method) /\(token.text)/\(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n"
    }

    func client() throws -> LocalClient { try LocalClient(port: server.port) }

    func answer(to request: String) async throws -> String {
      let client = try client()
      await client.send(request)
      return await client.answer()
    }
  }

  @Test func `Without a name and a database, a page waits for both and says why`() async throws {
    let page = try Page()
    try await page.serving {
      let answer = try await page.answer(to: page.request())
      #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("http-equiv=\"refresh\""))
      #expect(answer.contains("the database is &lt;away&gt;"))
      let report = try await page.answer(to: page.request("leaderboard.csv"))
      #expect(report.hasPrefix("HTTP/1.1 500 "))
    }
  }

  @Test func `The answer to HEAD has no body, whatever it says`() async throws {
    let page = try Page()
    try await page.serving {
      for (host, status) in [("localhost", 200), ("example.org", 421)] {
        let answer = try await page.answer(to: page.request(method: "HEAD", host: host))
        #expect(answer.hasPrefix("HTTP/1.1 \(status) ") && answer.hasSuffix("\r\n\r\n"), "\(answer)")
      }
    }
  }

  @Test func `A request that does not come in time is told so`() async throws {
    var limits = Self.patient
    limits.patience = .milliseconds(100)
    let page = try Page(limits: limits)
    try await page.serving {
      let answer = try await page.answer(to: String(page.request().dropLast(3)))
      #expect(answer.hasPrefix("HTTP/1.1 408 "))
    }
  }

  @Test func `An answer that does not come in time is told so`() async throws {
    var limits = Self.patient
    limits.silence = .milliseconds(100)
    let isOpen = DispatchSemaphore(value: 0)
    let page = try Page(limits: limits) {
      isOpen.wait()
      throw Away()
    }
    defer { isOpen.signal() }
    try await page.serving {
      let answer = try await page.answer(to: page.request("leaderboard.csv"))
      #expect(answer.hasPrefix("HTTP/1.1 504 "))
    }
  }

  @Test func `A large request is read to its end, so that its answer arrives`() async throws {
    let page = try Page()
    try await page.serving {
      let long = String(repeating: "a", count: 1 << 20)
      let large = try await page.answer(to: page.request(long))
      #expect(large.hasPrefix("HTTP/1.1 431 "))
      let unknown = try await page.answer(to: "GET /\(long)")
      #expect(unknown.hasPrefix("HTTP/1.1 404 "))
    }
  }

  @Test func `Connections above the limit are told so, those far above are closed, and later ones are served`()
    async throws
  {
    var limits = Self.patient
    (limits.connections, limits.refusals) = (1, 1)
    let page = try Page(limits: limits)
    try await page.serving {
      var clients = try (0..<3).map { _ in try page.client() }
      #expect(await clients[1].answer().hasPrefix("HTTP/1.1 503 "))
      #expect(await clients[2].answer() == "")
      clients = []
      // The server has to notice that they are gone.
      let end = ContinuousClock.now + .seconds(3600)
      while try await !page.answer(to: page.request()).hasPrefix("HTTP/1.1 200 ") {
        try #require(ContinuousClock.now < end)
        try await Task.sleep(for: .milliseconds(10))
      }
    }
  }

  @Test(arguments: [(1024, 256), (65_536, 1024), (256, 64)])
  func `Connections leave files for everything else`(files: Int, connections: Int) {
    let limits = RequestGate.Limits(files: files)
    #expect(limits.connections == connections)
    #expect(3 * limits.connections + limits.refusals < files * 9 / 10)
  }

  @Test func `Where the standard port is taken, another one is found, and a port that was asked for is said`()
    async throws
  {
    let first = try Page()
    try await first.serving {
      let second = try Page(port: nil, standardPort: first.server.port)
      try await second.serving { #expect(second.server.port != first.server.port) }
      let error = #expect(throws: DashboardServer.PortError.self) { _ = try Page(port: first.server.port) }
      #expect(error?.isTaken == true)
    }
  }

  @Test func `A server ends while a report still waits for the database, and leaves no file behind`() async throws {
    let (begun, isOpen) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let page = try Page {
      begun.signal()
      isOpen.wait()
      throw Away()
    }
    defer { isOpen.signal() }
    let client = try page.client()
    try await page.serving {
      await client.send(page.request("leaderboard.csv"))
      await onThread { begun.wait() }
      #expect(FileManager.default.fileExists(atPath: page.server.folder.path))
    }
    #expect(!FileManager.default.fileExists(atPath: page.server.folder.path))
  }

  // MARK: - Parts

  @Test func `The socket behind the gates is in a folder of the user's alone, which goes with the server`() throws {
    let place = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: place) }
    let folder = try SocketFolder(in: ["/dev/null", "/" + String(repeating: "a/", count: 50), place])
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path)
    #expect(attributes[.posixPermissions] as? Int == 0o700)
    #expect(folder.path.hasPrefix("\(place)/run-hyper-"))
    try #require(FileManager.default.createFile(atPath: folder.path + "/socket", contents: nil))
    folder.remove()
    #expect(try FileManager.default.contentsOfDirectory(atPath: place).isEmpty)
    #expect(throws: SocketFolder.PlaceError(places: ["/dev/null"])) { try SocketFolder(in: ["/dev/null"]) }
  }

  @Test func `Work whose waiter is canceled goes on unheard, and what follows it is done`() async throws {
    let queue = WorkQueue()
    let (begun, isOpen) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let first = Task {
      try await queue.run {
        begun.signal()
        isOpen.wait()
      }
    }
    await onThread { begun.wait() }
    let second = Task { try await queue.run {} }
    for task in [first, second] {
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
    isOpen.signal()
    #expect(try await queue.run { 7 } == 7)
  }

  @Test func `Of a long name of a study, a file's name keeps its ending`() {
    #expect(Answer.file(of: "a/b c", ".html") == "a_b_c.html")
    let long = Answer.file(of: String(repeating: "é", count: 200), "-leaderboard.csv")
    #expect(long == String(repeating: "_", count: 100) + "-leaderboard.csv")
  }
}
