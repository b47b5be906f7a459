import Foundation
import Tuner

/// A zip archive on a server, with a table of ratings that lacks the header of an atomic file.
struct RatingsArchive: Sendable {
  let address: String

  /// The archive's SHA-256, or `nil` where only that of the table is known.
  let hash: String?

  /// The table's path in the archive. Its columns are users, items, ratings and times.
  let path: String

  /// What stands between the columns.
  let separator: String

  /// The table as an atomic file, its rows in their order.
  ///
  /// - Parameter workshop: A folder for files on the way.
  func table(in workshop: URL) throws -> Data {
    let zip = workshop.appendingPathComponent(address.split(separator: "/").last.map(String.init) ?? "archive.zip")
    guard Tool.isInstalled("curl") else { throw CommandError.failed("curl is not installed") }
    try Tool(
      "curl", ["--silent", "--show-error", "--fail", "--location", "--max-time", "300", "--output", zip.path, address]
    )
    .run()
    if let hash, try sha256(Array(Data(contentsOf: zip))) != hash {
      throw CommandError.failed("the archive's SHA-256 is not \(hash)")
    }
    let rows = try Tool.member(path, of: zip, in: workshop)
    return try Data("\(RatingRows.header)\n".utf8) + RatingRows.separatedByTabs(rows, separator, path: path)
  }
}
