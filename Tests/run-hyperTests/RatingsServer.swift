import Foundation

@testable import run_hyper

/// Archives of ratings on an HTTP server of this machine, as GroupLens has them.
final class RatingsServer {
  /// The files that it serves; removed at the end.
  private let program: Program
  private let process: Process
  private let address: String

  /// Whether the tools are here with which archives are made, served and fetched.
  static let isAvailable = Tool.isInstalled("python3") && Tool.isInstalled("curl")

  /// Serves a folder. Of files whose names start with `cut` it sends only half.
  private static let server = """
    import functools, http.server, sys
    class Handler(http.server.SimpleHTTPRequestHandler):
        def copyfile(self, source, output):
            content = source.read()
            output.write(content[: len(content) // 2] if self.path.startswith("/cut") else content)
        def log_message(self, *arguments):
            pass
    handler = functools.partial(Handler, directory=sys.argv[1])
    server = http.server.HTTPServer(("127.0.0.1", 0), handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """

  init() throws {
    let (program, process, output) = (try Program(), Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", RatingsServer.server, program.folder.path]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    address = "http://127.0.0.1:\(port.trimmingCharacters(in: .whitespacesAndNewlines))"
    (self.program, self.process) = (program, process)
  }

  deinit { process.terminate() }

  /// Puts a file on the server.
  ///
  /// - Returns: Where it lies here.
  @discardableResult
  func put(_ content: Data, as name: String) throws -> URL {
    let file = program.folder.appendingPathComponent(name)
    try content.write(to: file)
    return file
  }

  /// Puts an archive on the server.
  ///
  /// - Parameter ratings: The text of its `ml-1m/ratings.dat`.
  /// - Returns: Its bytes.
  @discardableResult
  func putArchive(_ ratings: String, as name: String = "ml-1m.zip") throws -> Data {
    let table = try put(Data(ratings.utf8), as: "ratings.dat")
    let archive = program.folder.appendingPathComponent(name)
    let script = """
      import sys, zipfile
      with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
          archive.write(sys.argv[2], "ml-1m/ratings.dat")
          archive.writestr("ml-1m/movies.dat", "7::Am\\u00e9lie (2001)::Comedy\\n".encode("latin-1"))
      """
    try Tool("python3", ["-c", script, archive.path, table.path]).run()
    return try Data(contentsOf: archive)
  }

  /// Fetches MovieLens 1M, but from this server, into the folder `data` of a program.
  ///
  /// - Parameter hash: What the SHA-256 of the archive has to be.
  /// - Returns: What is said on the way.
  func fetch(_ name: String, hash: String, counts: RatingCounts, into program: Program) throws -> [String] {
    let real = FetchedDataset.movieLens1M
    let archive = RatingsArchive(
      address: "\(address)/\(name)", hash: hash, path: "ml-1m/ratings.dat", separator: "::")
    let dataset = FetchedDataset(
      name: real.name, title: real.title, ratings: "\(counts.ratings)", size: real.size, terms: real.terms,
      sources: [FetchedDataset.Source(name: "a server", origin: .archive(archive))], check: .counts(counts),
      settings: real.settings)
    var notes: [String] = []
    try dataset.fetch(into: program.folder.appendingPathComponent("data")) { notes.append($0) }
    return notes
  }
}
