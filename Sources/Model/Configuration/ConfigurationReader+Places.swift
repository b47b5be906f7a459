import Literals

extension ConfigurationReader {
  /// Reads the name of a folder in one of the folders of datasets.
  mutating func folderName(_ key: String, into property: inout String) {
    text(key, into: &property)
    guard let problem = DataError.problem(withName: property) else { return }
    report(key, found: "'\(property)', which \(problem)", expected: "a plain folder name")
  }

  /// Reads a folder that replaces the others, or null, which keeps them.
  mutating func folder(_ key: String, into folders: inout [String]) {
    var path = ""
    if writtenText(key)?.isEmpty ?? true, isNull(key) { return }
    text(key, into: &path)
    if path.unicodeScalars.contains(where: \.isInvisible) {
      report(key, found: "'\(path)' with an invisible character", expected: "a folder")
    }
    if !path.isEmpty { folders = [path.expandingHome] }
  }
}
