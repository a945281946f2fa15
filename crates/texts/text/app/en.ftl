# The authenticator's texts. What is said here is said in every screen by its key; see apps/authenticator/README.md.

## Everywhere
app-name = Countersign
continue = Continue
back = Back
cancel = Cancel
save = Save
delete = Delete
copy = Copy
try-again = Try again
show = Show
hide = Hide
password = Password
tokens = { $count ->
    [one] { $count } token
   *[other] { $count } tokens
}

## Welcome
welcome-title = One-time passwords, kept safe
welcome-text = Countersign shows the codes you sign in with. They stay on this device, encrypted, and work without a network.
welcome-have-backup = I have a backup already

## On iOS outside the installed app
ios-title = Add Countersign to your Home Screen
ios-text = Tokens kept in a browser tab are not in the installed app, and the browser may remove them. Tap the share button, then Add to Home Screen, and open Countersign from there.
ios-continue = Continue without keeping
ios-warning = Nothing is kept in this tab. When it is closed, its tokens are gone.

## Activate cloud backup
activate-cloud-backup = Activate cloud backup
backup-why = If this device is lost, a backup is the only way to get your tokens back. It is encrypted here; whoever keeps it cannot read it.
backup-ask = Is there a backup already?
backup-start-new = Start a new backup
backup-start-new-text = For your first device.
backup-have-text = Of another device, or of this one before it was reset. Its tokens come here.
backup-where = Where the backup goes
backup-where-is = Where the backup is
backup-file = The file with the backup
backup-file-empty = Choose the file with the backup.
backup-file-none = This file is no backup of Countersign. A file of another authenticator comes in later: Settings, Import.
backup-place-server = The Countersign server
backup-place-server-text = Automatic, after every change. Earlier versions are kept.
backup-place-file = A file
backup-place-file-text = You save or share it yourself after changes. The app reminds you.
backup-place-folder = A folder on this device
backup-place-folder-text = Automatic while the app is open, where the browser allows it.
backup-name = Name of the backup
backup-name-hint = Any name you will remember, for example your user name. Together with the password it finds the backup.
backup-password = Backup password
repeat-password = Repeat the password
password-also-unlocks = This password also opens the app on this device. Nobody can reset it.
password-short = Fewer than 8 characters are quickly guessed by whoever gets hold of the backup or the file. Tap the button again to use it all the same.
passwords-differ = The two passwords are not the same.
password-empty = Type a password.
name-empty = Type a name.
strength-label = Strength
strength-0 = Very easy to guess
strength-1 = Easy to guess
strength-2 = Could be better
strength-3 = Good
strength-4 = Very good
skip-for-now = Skip for now
skip-title = Continue without a backup
skip-text = Without a backup, losing this device means losing every token on it. Countersign will remind you.
skip-confirm = I understand that lost tokens cannot be restored
skip-password = Password for this app
skip-password-text = Tokens are kept encrypted. This password opens them.
deriving = Making the key from your password. This takes a few seconds, which is what makes guessing slow.
backup-checking = Looking for a backup there
backup-joining = A backup with this name and password is there already. Its tokens are merged in.
backup-not-found = No backup has this name and this password. Check both. Capital letters matter in the password. Nothing was changed.
backup-not-app-password = This is not the password that opens the app. If the backup has another one, first change the app's password to it.
backup-found = A backup with { $count ->
    [one] { $count } token
   *[other] { $count } tokens
} was found and merged in.
backup-new = No backup with this name and password was there. A new one was begun.
backup-handed = Saved by you, not verified
backup-handed-text = The app cannot read the file back. Keep it where you find it again.
backup-failed-busy = Other devices are writing this backup. It is tried again with the next change, or now.
backup-verified = Backed up and verified
backup-verified-at = { $when }, { $count ->
    [one] { $count } token
   *[other] { $count } tokens
}
backup-off = No backup
backup-off-text = If this device is lost, your tokens are lost.
backup-pending = Not backed up yet
backup-running = Backing up
backup-failed = The last backup failed
backup-failed-unreachable = The server can't be reached. Your tokens are on this device; the backup is tried again with the next change, or now.
backup-failed-slow = The server did not answer in time. Check your connection. The backup is tried again with the next change, or now.
backup-failed-no-backups = This server takes no backup from the app ({ $detail }). Tell your administrator, or choose a file as the place.
backup-failed-too-large = The backup is larger than the server takes. Empty the trash and shorten long notes, then back up again.
backup-failed-too-many = The server has had too many requests from here. Wait an hour, then back up again. If it still says so, try tomorrow.
backup-failed-full = The server has no room left for backups. Tell your administrator. Until then, save an encrypted file: Settings, Export.
backup-failed-refused = The server did not take the backup. Tell your administrator: { $detail }.
backup-failed-different = What was read back is not what was written. The backup there is not to be relied on.
backup-failed-password = A backup with this name is there, and this password does not open it. Nothing was changed.
backup-failed-file = The file could not be written. Choose another place.
backup-now = Back up now

## Unlock
unlock-title = Countersign is locked
unlock = Unlock
unlock-passkey = Unlock with a passkey
unlock-recovery = Use a recovery code
unlock-recovery-code = Recovery code
unlock-wrong = That did not open the vault. Check the spelling and try again.
unlock-passkey-failed = The passkey did not open the vault. Use your password.
unlock-reminder = You have used your passkey for a while. Type your password once, so that you still know it when you need it.
older-generation = The newest saved state was damaged. This is the one before it, of { $when }. Check that nothing is missing, and restore a backup if something is.
both-damaged = What is saved on this device cannot be read. Restore a backup, or start anew. Nothing is removed until you do.
storage-refused = This browser does not let the app keep anything, as in a private window. Open Countersign in a normal window.
storage-full = This device has no room left. The change was not saved. Free some space and try again.
save-failed = The change could not be saved. It is undone.
vault-full = There is no room for more. Empty the trash and shorten long notes.
too-long = { $what }: this is too long. Shorten it.
changed-elsewhere = The tokens were changed in another tab. This tab shows them now; repeat your change.
lock = Lock

## Tokens
tokens-empty-title = No tokens yet
tokens-empty-text = A service or your Windows sign-in shows a QR code. Scan it to add its token.
add-new-token = Add new token
search = Search
search-empty = No token fits what you typed.
all-tags = All
code-hidden = Code hidden. Tap to show it.
code-tap = Tap to show
code-of = One-time password { $digits }
seconds-left = { $count ->
    [one] { $count } second left
   *[other] { $count } seconds left
}
next-code = Next
copied = Copied. The clipboard is cleared in 30 seconds, if this stays open.
copy-failed = The browser did not allow copying.
new-code = New code
challenge = Challenge
challenge-hint = What the other side shows. Compare it before you answer.
challenge-confirms = With the answer you confirm: { $data }
challenge-empty = Type what the other side shows.
challenge-bad = This token can't answer that. Compare it with what the other side shows.
token-pin = PIN
session = Session data
pin-empty = Type the PIN of this token.
pinned = Pinned
menu = More
settings = Settings
trash = Trash
import = Import
export = Export
sort-manual = My order
sort-name = By name
sort-used = Most used first
sort-label = Order
move-up = Move up
move-down = Move down

## Add
add-title = Add new token
scan-qr-code = Scan QR code
enter-key-manually = Enter key manually
read-picture = Read a picture
read-screen = Read from this screen
paste-hint = You can also paste or drop a picture or a link here.
camera-why = The camera is used on this device only. Your browser asks for permission now.
camera-start = Turn on the camera
camera-starting = Starting the camera
camera-refused = The browser does not let the app use the camera. Allow it in the site's settings, then try again, or read a picture instead.
camera-missing = No camera was found. Read a picture, or enter the key.
camera-busy = The camera is used by another program. Close it and try again.
camera-hold = Hold the QR code in the frame.
torch = Light
other-camera = Other camera
qr-none = No QR code was found in the picture. Take one that is sharp and shows the whole code.
qr-not-a-token = This QR code is not one of a token. It belongs to something else.
qr-bad-secret = This QR code's key cannot be used. Ask whoever made it for a new one.
qr-missing-secret = This QR code has no key in it. Ask whoever made it for a new one.
qr-bad-value = This QR code asks for something that tokens don't have: { $what }. Ask whoever made it for a new one.
qr-too-long = This text is too long for a token.
token-added = { $name } was added.
token-duplicate = This token is here already, as { $name }. Nothing was added.
google-part = Part { $count } of { $total } is read. Show the next one.
google-missing = Still missing: part { $parts }.
link-title = Add this token?
link-text = A link asks to add the token of { $name }.
reader-loading = Loading the reader
manual-title = Enter key manually
issuer = Service
account = Account
secret = Key
secret-hint = Letters and the digits 2 to 7. Spaces don't matter.
secret-broken-off = A letter may be missing. Compare the key with what you were given. You can save it as it is.
secret-bad = A key has only letters and the digits 2 to 7.
secret-short = Type or paste the key.
secret-long = This key is too long.
issuer-empty = Type what the token is for.
kind = Kind
kind-time = Changes with time
kind-counter = Changes at each use
algorithm = Algorithm
digits = Digits
period = Seconds
counter = Counter
number-bad = Type a number from { $min } to { $max }.
more-options = More options

## One token
edit-title = Token
notes = Notes
tags = Tags
tags-hint = Separate them by commas.
pin = Keep at the top
show-as-qr = Show as QR code
show-as-qr-text = Whoever sees this picture has the token. Show it only to your own other device.
move-to-trash = Move to trash
trash-title = Trash
trash-empty = Nothing is in the trash.
trash-text = Tokens stay here until you delete them.
restore = Restore
delete-forever = Delete for ever
delete-confirm = Delete { $name } for ever? If you still sign in with it, you will be locked out.
unnamed = Unnamed

## Settings
settings-title = Settings
lock-after = Lock after
lock-at-once = When you leave the app
minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
theme = Appearance
hide-codes = Hide codes until they are tapped
theme-system = As the device
theme-light = Light
theme-dark = Dark
theme-contrast = High contrast
language = Language
language-unreachable = The texts in that language could not be loaded. Try again when there is a network.
language-unreviewed = unreviewed
passkey = Passkey
passkey-text = Opens the app by fingerprint, face or PIN of this device. The password keeps working.
passkey-add = Set up a passkey
passkey-added = The passkey opens this app now.
passkey-failed = This device's passkeys can't open the app. The password still does.
passkey-remove = Remove the passkey
recovery = Recovery code
recovery-text = A code on paper that opens the app when the password is forgotten. A new one replaces the old one.
recovery-make = Make a recovery code
recovery-shown = Write it down or print it. It is shown only now.
recovery-print-title = Recovery code for the Countersign authenticator
recovery-print-text = Opens the app at { $address } when its password is forgotten. Made on { $when }. A code that is made later replaces this one. Keep it where you keep your passport.
print = Print
change-password = Change password
old-password = Password now
new-password = New password
password-changed = The password was changed.
clock = Clock
clock-right = Right to within 2 seconds.
clock-ahead = This device is { $count ->
    [one] { $count } second
   *[other] { $count } seconds
} ahead of the server. The codes are corrected.
clock-behind = This device is { $count ->
    [one] { $count } second
   *[other] { $count } seconds
} behind the server. The codes are corrected.
clock-unknown = The server can't be reached, so the clock was not compared.
storage-kept = Kept: the browser does not remove this app's data by itself.
storage-not-kept = The browser may remove this app's data when space runs out. Install the app, and keep a backup.
storage-label = Storage
about = About
about-build = Build { $build }
about-text = One-time passwords by RFC 4226 and RFC 6238. Nothing leaves this device unencrypted.
update-ready = A new version is ready.
update-now = Update
erase = Remove everything from this device
erase-confirm = Remove every token from this device? Type { $word } to do it.
erase-word = DELETE
erase-not-typed = That is another word. Nothing was removed.
backup = Backup
backup-change = Set up backup

## Import and export
import-title = Import
import-text = Choose a file of this or another authenticator. What it is, is found out by itself; nothing is added before you agree.
import-choose = Choose a file
import-password = Password of the file
import-unknown = This file is of no kind that can be read here.
import-damaged = This is damaged, or made by a version that is not known here. Export it once more.
import-too-large = This file is too large to be an export of an authenticator.
import-not-read = The file can't be read. Choose it once more.
import-no-memory = There is not enough memory to try the password. Import the file on another device.
import-bound = Only the same Bitwarden account can open this export. Export again there, protected by a password.
import-database = This is the database or own backup of a program that can't be read here. Export its tokens there, or scan their QR codes.
import-picture = This is a picture. Read it with: Add new token, Read a picture.
import-wrapped = This was encrypted or packed by another program. Open it there, then choose what is in it.
import-wrong-password = This password does not open the file.
import-preview = What will be added
import-add = Add { $count ->
    [one] { $count } token
   *[other] { $count } tokens
}
import-verdict-new = New
import-verdict-cut = New. Its note or tags are too long and are cut.
import-verdict-duplicate = Here already
import-verdict-refused = Can't be added: { $why }
why-no-token = it is no token
why-unsupported = codes of this kind are made only by the app it comes from
why-field = { $what }: missing, or not as tokens have it
import-done = { $count ->
    [one] { $count } token was added.
   *[other] { $count } tokens were added.
}
export-title = Export
export-text = Encrypted with a password. Keep it apart from this device.
export-encrypted = Encrypted file
export-aegis = Encrypted file for Aegis
export-plain = Not encrypted
export-links = List of links, not encrypted
export-links-warning = Whoever reads this file has all your tokens. Type your password to make it.
export-print = Page to print
export-print-text = Each token as a QR code and in letters, to keep on paper. Print the file, then delete it.
print-title = One-time password tokens
print-text = Made on { $when }. Whoever has this page can make your codes. Keep it where you keep your passport.
print-details = Details
export-left-out = Saved. Not in the file: { $names }.

## Places for backups
backup-place-webdav = A file server (WebDAV)
backup-place-webdav-text = Automatic, after every change. For file servers that your administrator allows.
backup-none-there = No backup is in this place. Nothing was changed.
backup-failed-sign-in = This place does not take the name and password, or no longer knows this app. Set up the backup again: Settings, Backup.
backup-failed-permission = The browser wants to be asked again before the app may use the folder. Tap Back up now.
folder-choose = Choose the folder
webdav-address = Address of the folder
webdav-user = User name there
webdav-password = Password there
backup-place-drive = Google Drive
backup-place-drive-text = Automatic, after every change. Not tried against the real service.
sign-in-there = Sign in there
signed-in = Signed in.
signed-in-close = Close this window and go on in the app.
backup-place-icloud = iCloud
backup-place-file-apple = Save to Files can put it into iCloud Drive.
