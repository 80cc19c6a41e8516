/// The page of the administration, compiled into the binary.
public enum Dashboard {
  /// Its UTF-8 text: one style and one script, each written once and without attributes.
  public static var page: [UInt8] { PackageResources.page_html }
}
