use super::*;

fn body(form: &Multipart) -> String {
    let (_, body) = form.encode().unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

#[test]
fn parts_are_written_in_order() {
    let form = Multipart::new()
        .file("file", &FilePart::new("a.png", "image/png", "content"))
        .text("uploader_user_id", "user_1");
    let (content_type, _) = form.encode().unwrap();
    assert_eq!(content_type, "multipart/form-data; boundary=clerk-rust-0");
    assert_eq!(
        body(&form),
        "--clerk-rust-0\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
         Content-Type: image/png\r\n\
         \r\n\
         content\r\n\
         --clerk-rust-0\r\n\
         Content-Disposition: form-data; name=\"uploader_user_id\"\r\n\
         \r\n\
         user_1\r\n\
         --clerk-rust-0--\r\n"
    );
}

#[test]
fn no_content_ends_its_own_part() {
    let form = Multipart::new()
        .text("a", "x\r\n--clerk-rust-0--\r\n")
        .text("b", "clerk-rust-1");
    let (content_type, _) = form.encode().unwrap();
    assert_eq!(content_type, "multipart/form-data; boundary=clerk-rust-2");
    let text = body(&form);
    let parts: Vec<_> = text.split("--clerk-rust-2\r\n").collect();
    assert_eq!(parts.len(), 3);
    assert!(parts[1].ends_with("\r\n\r\nx\r\n--clerk-rust-0--\r\n\r\n"));
}

#[test]
fn a_file_name_stays_inside_its_quotes() {
    let name = "a\"; name=\"b\r\nContent-Type: text/html\r\n\r\n.png";
    let form = Multipart::new().file("file", &FilePart::new(name, "image/png", ""));
    let head = body(&form);
    let line = head.lines().nth(1).unwrap();
    assert_eq!(
        line,
        "Content-Disposition: form-data; name=\"file\"; \
         filename=\"a%22; name=%22b%0D%0AContent-Type: text/html%0D%0A%0D%0A.png\""
    );
}

#[test]
fn a_media_type_is_one_line() {
    for content_type in ["", "image/png\r\nx: y"] {
        let form = Multipart::new().file("file", &FilePart::new("a", content_type, "x"));
        let problem = form.encode().unwrap_err();
        assert_eq!(
            problem,
            "the media type of file is not one; it looks like image/png"
        );
    }
}
