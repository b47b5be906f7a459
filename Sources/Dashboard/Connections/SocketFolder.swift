import FlyingSocks
import Foundation
import Glibc
import Literals

/// A new folder of this user alone, with the socket over which the gates reach the server.
///
/// A socket without a file would need no folder, but every user of the machine could connect to it, around the gates. A process that is
/// killed leaves the folder and a socket that nobody listens to where such things are swept up, and no later one uses them.
struct SocketFolder: Sendable {
  /// There is no place for it.
  struct PlaceError: Error, Equatable, CustomStringConvertible {
    let places: [String]

    var description: String {
      message(
        at: places.joined(separator: ", "), found: "no folder in which a socket can be made",
        expected: "a folder for temporary files, whose path is short, that can be written")
    }
  }

  let path: String

  private var socket: String { path + "/socket" }

  /// The longest path of a socket, in bytes, that FlyingSocks does not cut.
  private static let longestPath = 104

  /// - Parameter places: Where it may be; the first that can have it does.
  init(in places: [String] = [FileManager.default.temporaryDirectory.path, "/tmp"]) throws(PlaceError) {
    for place in places {
      guard let path = Self.newFolder(in: place) else { continue }
      self.path = path
      return
    }
    throw PlaceError(places: places)
  }

  private static func newFolder(in place: String) -> String? {
    var template = Array("\(place)/run-hyper-XXXXXX".utf8CString)
    guard template.count + "/socket".utf8.count <= longestPath, unsafe mkdtemp(&template) != nil else { return nil }
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  var address: sockaddr_un { .unix(path: socket) }

  /// Makes room for a new socket.
  func clear() { unsafe unlink(socket) }

  func remove() {
    clear()
    unsafe rmdir(path)
  }
}
