import GRDB

extension StudyStore {
  /// Ends the use of the file and folds the write-ahead log into it, unless another process still reads there.
  ///
  /// A process that ends without it loses nothing, but leaves the log beside the file. Closing alone would not do: the last
  /// connections of a pool are its readers, which may not write.
  public func close() {
    _ = try? database.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
    try? database.close()
  }
}
