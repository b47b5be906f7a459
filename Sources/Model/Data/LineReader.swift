import Foundation
import Locks

/// Reads a file in blocks of whole lines on a separate thread, one block ahead of its user.
///
/// So a file of any size takes two blocks of memory, and hashing does not slow down the user.
final class LineReader: Sendable {
  /// The default number of bytes to read at once, small compared to the second-level cache.
  static let defaultBlockSize = 1 << 18

  /// The maximum number of bytes in a line, for a file that is read in blocks.
  static let longestLine = 1 << 26

  /// A line has more than `longestLine` bytes.
  struct LongLine: Error {}

  /// The size of the file in bytes when it was opened; 0 if it has none, as for a pipe.
  let size: Int

  private let source: Locked<Source>
  private let queue = BackgroundQueue("line-reader")

  /// Opens a file.
  ///
  /// - Parameter blockSize: The number of bytes to read at once; `.max` for all.
  /// - Parameter hash: Receives all bytes that are read.
  init(path: String, blockSize: Int, hash: ContentHash) throws {
    precondition(blockSize > 0, "blocks of \(blockSize) bytes")
    let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    size = Int((try? handle.seekToEnd()) ?? 0)
    if size > 0 { try handle.seek(toOffset: 0) }
    source = Locked(Source(handle: handle, blockSize: blockSize, hash: hash))
    readAhead()
  }

  /// The next lines with their line ends, which may be missing on the last line; empty at the end of the file.
  func next() throws -> [UInt8] {
    queue.wait()
    let block = try source.withLock { try $0.ahead.get() }
    if !block.isEmpty { readAhead() }
    return block
  }

  private func readAhead() {
    queue.start { [self] in source.withLock { $0.readAhead() } }
  }

  /// The open file, and what has been read from it.
  private struct Source {
    let handle: FileHandle
    let blockSize: Int
    let hash: ContentHash
    var ahead = Result<[UInt8], any Error>.success([])

    /// The start of a line whose end has not been read yet.
    private var carry: [UInt8] = []

    init(handle: FileHandle, blockSize: Int, hash: ContentHash) {
      self.handle = handle
      self.blockSize = blockSize
      self.hash = hash
    }

    mutating func readAhead() { ahead = Result { try readLines() } }

    private mutating func readLines() throws -> [UInt8] {
      var block = carry
      carry = []
      while let data = try blockSize == .max ? handle.readToEnd() : handle.read(upToCount: blockSize), !data.isEmpty {
        hash.update(data)
        block.reserveCapacity(block.count + data.count)
        block += data
        if blockSize == .max { continue }
        if let end = data.lastIndex(of: UInt8(ascii: "\n")) {
          let carried = data.endIndex - end - 1
          carry = Array(block.suffix(carried))
          block.removeLast(carried)
          break
        }
        guard block.count <= LineReader.longestLine else { throw LongLine() }
      }
      return block
    }
  }
}
