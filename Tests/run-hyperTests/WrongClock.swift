import Foundation
import Testing

/// A wall clock that is wrong, and can be set while a program runs: for one process and its children, in place of the machine's.
///
/// A library that the loader puts before the C library adds a shift to what the system says. Clocks that nobody can set, such as the
/// time since the start, stay right; so does the kernel's own idea of when a wait for a wall-clock time is over, as if the clock were
/// set right again the moment such a wait begins.
final class WrongClock {
  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <fcntl.h>
    #include <stdlib.h>
    #include <sys/mman.h>
    #include <sys/time.h>
    #include <time.h>

    static const volatile long long *shift;

    __attribute__((constructor)) static void start(void) {
      int file = open(getenv("WRONG_CLOCK_SHIFT"), O_RDONLY | O_CLOEXEC);
      void *map = mmap(0, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
      if (map == MAP_FAILED) abort();
      shift = map;
    }

    int clock_gettime(clockid_t clock, struct timespec *now) {
      static int (*real)(clockid_t, struct timespec *);
      if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
      int status = real(clock, now);
      int is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
      if (status == 0 && is_wall && shift) now->tv_sec += *shift;
      return status;
    }

    int gettimeofday(struct timeval *restrict now, void *restrict zone) {
      struct timespec time;
      clock_gettime(CLOCK_REALTIME, &time);
      if (now) *now = (struct timeval){time.tv_sec, time.tv_nsec / 1000};
      return 0;
    }

    time_t time(time_t *now) {
      struct timespec time;
      clock_gettime(CLOCK_REALTIME, &time);
      if (now) *now = time.tv_sec;
      return time.tv_sec;
    }
    """

  private let library: PreloadedLibrary
  private var shift: URL { library.folder.appendingPathComponent("shift") }

  init(seconds: Int = 0) throws {
    library = try PreloadedLibrary(Self.source)
    try set(seconds)
  }

  /// Sets the clock to so many seconds after the right time, also for processes that run already.
  func set(_ seconds: Int) throws {
    let bytes = Data((0..<8).map { UInt8(truncatingIfNeeded: seconds >> (8 * $0)) })
    guard FileManager.default.fileExists(atPath: shift.path) else { return try bytes.write(to: shift) }
    // In place: they look at this file and no other.
    let file = try FileHandle(forWritingTo: shift)
    try file.write(contentsOf: bytes)
    try file.close()
  }

  /// What gives a process this clock.
  var environment: [String: String] { library.environment.merging(["WRONG_CLOCK_SHIFT": shift.path]) { $1 } }
}
