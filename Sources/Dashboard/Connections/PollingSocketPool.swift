import FlyingSocks
import Foundation
import Glibc
import Locks

/// Waits for sockets with `poll`, on a thread of its own.
///
/// FlyingFox's own pool takes a socket off its list after it has woken the task that waits for it. If the task is faster, and has closed
/// the socket by then, a later one with the same number is never waited for. Sources of Dispatch, one for each wait, lost a wait once in
/// some hundred starts on a busy machine.
///
/// Here, each wait has a number of its own, so an event of a socket that is no longer waited for wakes nobody.
final class PollingSocketPool: AsyncSocketPool {
  private struct Wait {
    let descriptor: CInt
    let events: CInt
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var waits: [Int: Wait] = [:]

    /// Waits that were canceled before they began.
    var canceled: Set<Int> = []
    var count = 0
  }

  private let state = Locked(State())
  private let bell: Bell

  /// - Throws: A `SocketError` if no more files can be opened.
  init() throws {
    bell = try Bell()
    Thread.detachNewThread { [self] in poll() }
  }

  func prepare() async throws {}

  func run() async throws {
    while true { try await Task.sleep(for: .seconds(3600)) }
  }

  func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
    let number = state.withLock { state in
      state.count += 1
      return state.count
    }
    defer { state.withLock { _ = $0.canceled.remove(number) } }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let wait = Wait(
          descriptor: socket.file.rawValue, events: events.contains(.write) ? POLLOUT : POLLIN,
          continuation: continuation)
        begin(number, wait)
      }
    } onCancel: {
      cancel(number)
    }
  }

  private func begin(_ number: Int, _ wait: Wait) {
    let isCanceled = state.withLock { state in
      guard !state.canceled.contains(number) else { return true }
      state.waits[number] = wait
      return false
    }
    if isCanceled { wait.continuation.resume(throwing: CancellationError()) } else { bell.ring() }
  }

  private func cancel(_ number: Int) {
    let wait = state.withLock { state in
      let wait = state.waits.removeValue(forKey: number)
      if wait == nil { state.canceled.insert(number) }
      return wait
    }
    guard let wait else { return }
    // The socket may be closed next, so the thread is not to poll it any longer.
    bell.ring()
    wait.continuation.resume(throwing: CancellationError())
  }

  private func poll() {
    while true {
      let waits = state.withLock { Array($0.waits) }
      var list = [pollfd(fd: bell.heard, events: Int16(POLLIN), revents: 0)]
      list += waits.map { pollfd(fd: $0.value.descriptor, events: Int16($0.value.events), revents: 0) }
      _ = unsafe Glibc.poll(&list, nfds_t(list.count), -1)
      if list[0].revents != 0 { bell.silence() }
      // An error is an event, too: reading or writing says what it is.
      let numbers = zip(waits, list.dropFirst()).filter { $1.revents != 0 }.map(\.0.key)
      let ready = state.withLock { state in numbers.compactMap { state.waits.removeValue(forKey: $0) } }
      for wait in ready { wait.continuation.resume() }
    }
  }
}

/// Wakes the thread that polls.
private struct Bell: Sendable {
  /// What the thread polls for reading.
  let heard: CInt
  private let rung: CInt

  init() throws {
    var ends: [CInt] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { throw SocketError.makeFailed("pipe") }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (heard, rung) = (ends[0], ends[1])
  }

  /// Where the pipe is full, the thread will wake in any case.
  func ring() { _ = unsafe write(rung, [1], 1) }

  func silence() {
    var bytes = [UInt8](repeating: 0, count: 256)
    while unsafe read(heard, &bytes, bytes.count) == bytes.count {}
  }
}
