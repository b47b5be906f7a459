#if THREAD_SANITIZER
  import Foundation
#else
  import Synchronization
#endif

/// A value that only one thread at a time can use.
///
/// It uses the standard library's `Mutex`, which waits in the kernel. There ThreadSanitizer cannot see that one thread releases the lock
/// before the next one acquires it, so it would report a race at every contended lock. `scripts/sanitize` uses a lock that it knows.
public struct Locked<Value>: ~Copyable, Sendable {
  #if THREAD_SANITIZER
    private let value: KnownLock<Value>
  #else
    private let value: Mutex<Value>
  #endif

  public init(_ value: sending Value) { self.value = .init(value) }

  /// Runs `body` while no other thread can use the value.
  public borrowing func withLock<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result { try value.withLock(body) }
}

#if THREAD_SANITIZER
  /// Sendable, since `value` is only accessed while `lock` is held.
  private final class KnownLock<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    init(_ value: sending Value) { self.value = value }

    func withLock<Result, Failure: Error>(
      _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
      lock.lock()
      defer { lock.unlock() }
      return try body(&value)
    }
  }
#endif
