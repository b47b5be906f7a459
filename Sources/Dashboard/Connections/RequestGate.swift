import FlyingSocks
import Foundation
import Glibc
import Locks

/// Takes connections, and passes on those that send a small request with the token in time, one each.
///
/// FlyingFox reads lines of any length, at a cost that grows with the square of it, waits for the end of a request for ever, and stops
/// when no more files can be opened. So it is reached through this gate only, which knows nothing of a request but its size, what it
/// begins with, and the empty line that ends its head.
package struct RequestGate: Sendable {
  /// What a client may do.
  package struct Limits: Sendable {
    /// The largest head of a request, in bytes. Browsers send about one KiB, and the cookies of other programs on this machine.
    package var head = 16 << 10

    /// For its head, a client has this long.
    package var patience: Duration = .seconds(10)

    /// So long may it read nothing, and the server send nothing.
    package var silence: Duration = .seconds(60)

    /// To read why it is refused, a client has this long.
    package var farewell: Duration = .seconds(10)

    /// Connections at a time, at all gates together.
    package var connections = 1024

    /// More connections that are told why they are refused; the others are only closed.
    package var refusals = 64

    package init() {}

    /// - Parameter files: How many the process may open; a connection is up to three of them.
    package init(files: Int) {
      connections = min(connections, files / 4)
      refusals = min(refusals, files / 16)
    }
  }

  /// The connections at all gates.
  final class Count: Sendable {
    private let value = Locked(0)

    init() {}

    /// Counts one more, and returns how many there are.
    func begin() -> Int {
      value.withLock { value in
        value += 1
        return value
      }
    }

    func end() { value.withLock { $0 -= 1 } }
  }

  private let socket: AsyncSocket
  private let rule: RequestRule
  private let server: sockaddr_un
  private let pool: PollingSocketPool
  private let limits: Limits
  private let count: Count

  let port: UInt16

  /// Listens on an address.
  ///
  /// - Parameters:
  ///   - server: Where requests are passed on.
  ///   - count: That of all gates.
  /// - Throws: A `SocketError`.
  init(
    _ address: some SocketAddress, _ rule: RequestRule, server: sockaddr_un, pool: PollingSocketPool, limits: Limits,
    count: Count
  ) throws {
    let socket = try Socket(domain: Int32(address.family))
    do {
      try socket.setValue(true, for: .localAddressReuse)
      try socket.bind(to: address)
      try socket.listen()
      switch try socket.sockname() {
      case .ip4(_, let port), .ip6(_, let port): self.port = port
      case .unix: throw SocketError.unsupportedAddress
      }
      self.socket = try AsyncSocket(socket: socket, pool: pool)
    } catch {
      try? socket.close()
      throw error
    }
    (self.rule, self.server, self.pool, self.limits, self.count) = (rule, server, pool, limits, count)
  }

  /// Takes connections until the task is canceled.
  func run() async {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        do {
          let client = try await socket.accept()
          let number = count.begin()
          group.addTask { await serve(client, number) }
        } catch {
          // Too many open files, or a client that is gone already: others come later.
          try? await Task.sleep(for: .milliseconds(50))
        }
      }
      group.cancelAll()
    }
    close()
  }

  func close() { try? socket.close() }

  // MARK: - A connection

  /// - Parameter number: How many connections there are with this one.
  private func serve(_ client: AsyncSocket, _ number: Int) async {
    defer {
      // In this order: who sees the end of one connection may make another.
      count.end()
      try? client.close()
    }
    guard number <= limits.connections + limits.refusals else { return }
    guard number <= limits.connections else { return await refuse(client, "503 Service Unavailable") }
    let request: [UInt8]
    do { request = try await within(limits.patience) { try await head(from: client) } } catch is Late {
      return await refuse(client, "408 Request Timeout")
    } catch {
      // The client is gone.
      return
    }
    if let status = rule.refusal(ofRequestThatBegins: request) { return await refuse(client, status) }
    guard request.count <= limits.head else { return await refuse(client, "431 Request Header Fields Too Large") }
    guard let connection = await connection() else { return await refuse(client, "503 Service Unavailable") }
    defer { try? connection.close() }
    await pass(request, over: connection, to: client)
  }

  /// The bytes of a request until its head is complete, or too long; what came with the end of the head is among them.
  private func head(from client: AsyncSocket) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count <= limits.head {
      let start = max(bytes.count - 3, 0)
      bytes += try await client.read(atMost: 4096)
      if bytes[start...].indices.contains(where: { bytes[$0...].starts(with: [13, 10, 13, 10]) }) { break }
    }
    return bytes
  }

  /// A connection to the server; `nil` if it does not listen for long. For a moment it does not when it starts, or starts again.
  private func connection() async -> AsyncSocket? {
    let start = ContinuousClock.now
    while !Task.isCancelled, ContinuousClock.now - start < limits.patience {
      if let connection = try? connectionNow() { return connection }
      try? await Task.sleep(for: .milliseconds(50))
    }
    return nil
  }

  private func connectionNow() throws -> AsyncSocket {
    let socket = try Socket(domain: AF_UNIX)
    do {
      let connection = try AsyncSocket(socket: socket, pool: pool)
      // To a socket of this machine, this is done at once, or cannot be done.
      try socket.connect(to: server)
      return connection
    } catch {
      try? socket.close()
      throw error
    }
  }

  private func pass(_ request: [UInt8], over connection: AsyncSocket, to client: AsyncSocket) async {
    var hasBegun = false
    do {
      try await within(limits.silence) { try await connection.write(Data(request)) }
      // No more requests: the server closes the connection when it has answered.
      shutdown(connection.socket.file.rawValue, CInt(SHUT_WR))
      while true {
        let bytes = try await within(limits.silence) { try await connection.read(atMost: 4096) }
        hasBegun = true
        try await within(limits.silence) { try await client.write(Data(bytes)) }
      }
    } catch is Late where !hasBegun {
      await refuse(client, "504 Gateway Timeout")
    } catch {
      // The answer is complete, or the client or the server is gone.
    }
  }

  /// Answers, and lets the client read the answer: a connection with unread bytes would be torn down.
  private func refuse(_ client: AsyncSocket, _ status: String) async {
    let answer = "HTTP/1.1 \(status)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    _ = try? await within(limits.farewell) {
      try await client.write(Data(answer.utf8))
      shutdown(client.socket.file.rawValue, CInt(SHUT_WR))
      for _ in 0..<1024 { _ = try await client.read(atMost: 4096) }
    }
  }

  // MARK: - Time

  private struct Late: Error {}

  /// Runs `work`, which is canceled when it takes too long.
  private func within<Value: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask { try await work() }
      group.addTask {
        try await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      guard let value = try await group.next() ?? nil else { throw Late() }
      return value
    }
  }
}

/// The number of files that the process may have open.
enum OpenFiles {
  /// Raises it as far as the process may; returns it.
  static func raiseLimit() -> Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 256 }
    limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 65_536))
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(clamping: limit.rlim_cur)
  }
}
