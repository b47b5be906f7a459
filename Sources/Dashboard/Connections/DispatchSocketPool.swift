import Dispatch
import FlyingSocks
import Locks

/// Waits for sockets with sources of Dispatch.
///
/// FlyingFox's own pool takes a socket off its list after it has woken the task that waits for it. If the task is faster, and has closed
/// the socket by then, a later one with the same number is never waited for. A source is off the list before its wait ends.
struct DispatchSocketPool: AsyncSocketPool {
  private let queue = DispatchQueue(label: "run-hyper.dashboard.sockets")

  func prepare() async throws {}

  func run() async throws {
    while true { try await Task.sleep(for: .seconds(3600)) }
  }

  func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
    let wait = SocketWait()
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        wait.start(for: socket.file.rawValue, writing: events.contains(.write), on: queue, continuation)
      }
    } onCancel: {
      wait.cancel()
    }
  }
}

/// A wait for one socket.
private final class SocketWait: Sendable {
  private struct State {
    var source: (any DispatchSourceProtocol)?
    var isCancelled = false
  }

  private let state = Locked(State())

  func start(
    for descriptor: Int32, writing: Bool, on queue: DispatchQueue, _ continuation: CheckedContinuation<Void, any Error>
  ) {
    let isCancelled = state.withLock { state in
      guard !state.isCancelled else { return true }
      let source = Self.source(for: descriptor, writing: writing, on: queue)
      source.setEventHandler { [weak self] in self?.end(isCancellation: false) }
      // Runs when the descriptor is no longer watched, so that it may be closed.
      source.setCancelHandler {
        let isCancelled = self.state.withLock { state in
          state.source = nil
          return state.isCancelled
        }
        continuation.resume(with: isCancelled ? .failure(CancellationError()) : .success(()))
      }
      source.activate()
      state.source = source
      return false
    }
    if isCancelled { continuation.resume(throwing: CancellationError()) }
  }

  private static func source(
    for descriptor: Int32, writing: Bool, on queue: DispatchQueue
  ) -> sending any DispatchSourceProtocol {
    guard writing else { return DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue) }
    return DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
  }

  func cancel() { end(isCancellation: true) }

  private func end(isCancellation: Bool) {
    state.withLock { state in
      if isCancellation { state.isCancelled = true }
      state.source?.cancel()
    }
  }
}
