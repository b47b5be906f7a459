/// The tables of a study database in SQLite, and the migrations from older schemas.
enum Schema {
  /// `RnHy`: identifies databases of this program.
  static let applicationID: Int32 = 0x526E_4879

  /// One migration per released schema; a released migration never changes.
  static let migrations: [String] = [version1, version2, version3, version4, version5, version6, version7]

  static var version: Int32 { Int32(migrations.count) }
}
