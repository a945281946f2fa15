# Reads the QR codes in the pictures named on standard input with OpenCV: its own detectors (the older one and, where
# there is one, that which finds codes as it finds ArUco markers), and WeChat's where it was built in (without its
# neural networks, which are files of their own). The first line of the answer says which version this is. Then comes a
# line for each picture: the texts of OpenCV's own and those of WeChat's, in hexadecimal, a tab between the two.
import sys

import cv2

own = [getattr(cv2, name)() for name in ("QRCodeDetector", "QRCodeDetectorAruco") if hasattr(cv2, name)]
wechat = cv2.wechat_qrcode_WeChatQRCode() if hasattr(cv2, "wechat_qrcode_WeChatQRCode") else None


def by_own(picture):
    found = set()
    for detector in own:
        for read in (lambda: [detector.detectAndDecode(picture)[0]], lambda: detector.detectAndDecodeMulti(picture)[1]):
            try:
                found.update(read())
            except (cv2.error, UnicodeDecodeError):
                pass
    return found


def by_wechat(picture):
    try:
        return set(wechat.detectAndDecode(picture)[0]) if wechat else set()
    except (cv2.error, UnicodeDecodeError):
        return set()


def hexadecimal(texts):
    return " ".join(sorted(text.encode("utf-8", "replace").hex() for text in texts if text))


print(cv2.__version__, flush=True)
for line in sys.stdin:
    picture = cv2.imread(line.rstrip("\n"), cv2.IMREAD_GRAYSCALE)
    print(hexadecimal(by_own(picture)), hexadecimal(by_wechat(picture)), sep="\t", flush=True)
