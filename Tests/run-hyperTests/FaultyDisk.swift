import Foundation

/// A disk that fails some calls of a program and its children, as broken disks, quotas and foreign file systems do, or ends it there.
final class FaultyDisk: Sendable {
  enum Call { case map, read, sync, write }

  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/mman.h>
    #include <unistd.h>

    static int count_of_map, count_of_read, count_of_sync, count_of_write;

    static int fails(const char *variable, int *count, int file) {
      char name[64], path[4096], piece[4096];
      int after, error;
      const char *fault = getenv(variable);
      if (!fault || sscanf(fault, "%d %d %4095s", &after, &error, piece) != 3) return 0;
      snprintf(name, sizeof name, "/proc/self/fd/%d", file);
      ssize_t length = readlink(name, path, sizeof path - 1);
      if (length < 0) return 0;
      path[length] = 0;
      if (!strstr(path, piece) || __atomic_fetch_add(count, 1, __ATOMIC_RELAXED) < after) return 0;
      if (!error) kill(getpid(), SIGKILL);
      errno = error;
      return 1;
    }

    #define FAULTY(type, name, call, parameters, ...) \\
      type name parameters { \\
        static type (*real) parameters; \\
        if (!real) real = (type (*) parameters)dlsym(RTLD_NEXT, #name); \\
        return fails("FAULTY_DISK_" #call, &count_of_##call, file) ? (type)-1 : real(__VA_ARGS__); \\
      }

    FAULTY(ssize_t, write, write, (int file, const void *bytes, size_t size), file, bytes, size)
    FAULTY(ssize_t, pwrite, write, (int file, const void *bytes, size_t size, off_t at), file, bytes, size, at)
    FAULTY(ssize_t, pwrite64, write, (int file, const void *bytes, size_t size, off64_t at), file, bytes, size, at)
    FAULTY(ssize_t, read, read, (int file, void *bytes, size_t size), file, bytes, size)
    FAULTY(ssize_t, pread, read, (int file, void *bytes, size_t size, off_t at), file, bytes, size, at)
    FAULTY(ssize_t, pread64, read, (int file, void *bytes, size_t size, off64_t at), file, bytes, size, at)
    FAULTY(int, fsync, sync, (int file), file)
    FAULTY(int, fdatasync, sync, (int file), file)
    FAULTY(void *, mmap, map, (void *place, size_t size, int protection, int flags, int file, off_t at),
           place, size, protection, flags, file, at)
    FAULTY(void *, mmap64, map, (void *place, size_t size, int protection, int flags, int file, off64_t at),
           place, size, protection, flags, file, at)
    """

  private let library: PreloadedLibrary

  init() throws { library = try PreloadedLibrary(Self.source) }

  /// What gives a process a disk that fails a kind of calls; of two of these both count.
  ///
  /// - Parameters:
  ///   - path: A piece, without spaces, of the paths of those files that it fails for.
  ///   - count: How many such calls succeed.
  ///   - error: The number of the error; without one the process ends there with SIGKILL.
  func environment(failing call: Call, of path: String, after count: Int = 0, with error: Int32?) -> [String: String] {
    library.environment.merging(["FAULTY_DISK_\(call)": "\(count) \(error ?? 0) \(path)"]) { $1 }
  }
}
