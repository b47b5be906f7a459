import Foundation

/// An attempt to connect on a thread of its own, since libpq cannot be called off while it looks up a name or waits for a host.
@safe final class ConnectionAttempt: @unchecked Sendable {
  private let lock = NSLock()
  private let pq: LibPQ

  // Used only while `lock` is held.
  private var isOver = false
  private var isCalledOff = false
  private var error: (any Error)?
  private var connection: LibPQ.Connection?

  /// Gets a byte when the attempt is over.
  private let end = Pipe()

  /// Connects.
  ///
  /// Throws a `PostgreSQLError`, also if `isPatient` says no before there is a connection.
  static func connect(_ text: String, _ pq: LibPQ, isPatient: () -> Bool) throws -> LibPQ.Connection {
    let attempt = ConnectionAttempt(pq)
    Thread.detachNewThread { attempt.run(text) }
    let socket = Socket(number: attempt.end.fileHandleForReading.fileDescriptor)
    while !socket.wait(for: .input) {
      if !isPatient() { attempt.callOff() }
    }
    // If there was no file descriptor left for the pipe, nothing has been waited for.
    attempt.callOff()
    return try unsafe attempt.take()
  }

  private init(_ pq: LibPQ) {
    self.pq = pq
    unsafe connection = nil
  }

  private func run(_ text: String) {
    do { unsafe finish(with: try PostgreSQLSession.connect(text, pq), nil) } catch { unsafe finish(with: nil, error) }
  }

  private func finish(with connection: LibPQ.Connection?, _ error: (any Error)?) {
    lock.withLock {
      if isCalledOff {
        unsafe pq.finish(connection)
      } else {
        unsafe (self.connection, self.error) = (connection, error)
        tell()
      }
    }
  }

  private func callOff() {
    lock.withLock {
      guard !isOver else { return }
      isCalledOff = true
      error = PostgreSQLError(state: "", message: "no answer yet", isLost: true)
      tell()
    }
  }

  private func tell() {
    isOver = true
    try? end.fileHandleForWriting.write(contentsOf: [1])
  }

  private func take() throws -> LibPQ.Connection {
    try unsafe lock.withLock {
      if let error { throw error }
      return unsafe connection!
    }
  }
}
