import Foundation
import Literals

/// Where a command writes: results to standard output, all else to standard error.
///
/// Names and values come from files and databases that anybody may have made, so nothing but lines and tabs gets through that a
/// terminal would act on.
///
/// A reader that goes away (`| head`) ends a result quietly and never a study: with SIGPIPE ignored, a write fails and
/// that is all.
enum Output {
  /// Writes lines that somebody asked for.
  ///
  /// When nobody reads any more, the process ends here: the answer was its only purpose.
  static func result(_ text: String, newLine: Bool = true) {
    if !write(text.visibleLines + (newLine ? "\n" : ""), to: STDOUT_FILENO) { exit(0) }
  }

  /// Writes a line about what is going on.
  static func note(_ text: String) {
    _ = write(text.visibleLines + "\n", to: STDERR_FILENO)
  }

  /// Writes to standard error as it stands, without a new line: what moves a terminal's cursor.
  static func raw(_ text: String) {
    _ = write(text, to: STDERR_FILENO)
  }

  static var noteIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Columns and rows of the terminal on standard error, 80 and 24 where it does not say.
  static var terminalSize: (width: Int, height: Int) {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return (80, 24)
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// - Returns: Whether all of it was written.
  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        return false
      }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
