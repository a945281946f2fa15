# What people read, in English. Keys: crates/model/src/reason.rs.
#
# Say what happened, then what to do, in one or two plain sentences. No blame, no jargon, no exclamation marks.
# A text that has arguments needs .plain beside it: it is said when one of them is not known.
# A text that names the { -help-desk } is followed by the support line when it is known whom to call.
# The build turns these files into constants (build/generate.rs) and fails when a text is missing.

## Before the password is proven. One text for wrong name, wrong password, unknown, disabled and locked.

sign-in-failed = That user name and password did not sign you in. Check both, Caps Lock and the keyboard language; if all are right, ask your { -help-desk }.
name-unusable = No account can have that user name. Type it as user, DOMAIN\user or user@domain.
field-empty = A field is still empty. Fill it in to go on.
input-too-long = That is longer than the field takes. Type it again, with nothing around it.

## The Windows password

password-expired = Your password is right but has to be changed. Type a new one in both fields.
passwords-differ = The two new passwords differ. Type the same one in both fields.
password-not-taken = Windows did not take the new password. It may be too short, used before or changed too recently; choose another one.
password-unproven = Windows can't check your password from here, so you can't set up a token on this screen. Use the self-service page, or ask your { -help-desk } for an invitation.

## The code

code-asked = Type the one-time password that your token shows now.
code-wrong = That code did not match. Type the one your token shows now; { $left ->
        [one] you have one more try.
       *[other] you have { $left } more tries.
    }
    .plain = That code did not match. Type the one your token shows now.
code-used = That code was already used. Wait for the next one.
code-malformed = A code has 6 to 8 digits. Type the one your token shows now.
locked = Several codes did not match, so your sign-in on this PC pauses until { $until }. Try again then, or ask your { -help-desk } for another way in.
    .plain = Several codes did not match, so your sign-in on this PC pauses for a while. Try again later, or ask your { -help-desk } for another way in.
locked-everywhere = Codes that did not match came from several PCs, so your sign-in pauses everywhere until { $until }. Try again then; if that wasn't you, tell your { -help-desk }.
    .plain = Codes that did not match came from several PCs, so your sign-in pauses everywhere for a while. Try again later; if that wasn't you, tell your { -help-desk }.
person-disabled = Your sign-in was turned off. Ask your { -help-desk } to turn it on again.
token-disabled = Your token was turned off. Ask your { -help-desk } for a way in and a new token.

## Token auto-registration

enroll-start = From now on you sign in with a one-time password too. Choose { command-show-qr }, scan the code with the app ({ $app_url }), then type the one-time password it shows.
    .plain = From now on you sign in with a one-time password too. Choose { command-show-qr }, scan the code with any authenticator app, then type the one-time password it shows.
enroll-resumed = This QR code was first shown at { $shown }. If that was you, go on and type the one-time password; if not, choose { command-start-over }.
    .plain = This QR code was shown before. If that was you, go on and type the one-time password; if not, choose { command-start-over }.
enroll-expired = That QR code has run out. Delete what it added to your app, then choose { command-start-over } for a new one.
enrolled-elsewhere = Your token was set up on { $machine } at { $at }. Type the code it shows; if that wasn't you, tell your { -help-desk } now.
    .plain = Your token was set up on another PC meanwhile. Type the code it shows; if that wasn't you, tell your { -help-desk } now.
enroll-code-wrong = That code did not match. Check that your phone's clock is right, then type the code it shows now; { $left ->
        [one] you have one more try.
       *[other] you have { $left } more tries.
    }
    .plain = That code did not match. Check that your phone's clock is right, then type the code it shows now.
enrollment-code-needed = Setting up your token takes an enrollment code. Ask your { -help-desk } for one and type it.
enrollment-code-wrong = That enrollment code did not work; it may be used or out of date. Check it, or ask your { -help-desk } for a new one.
approval-needed = Your first token has to be approved. Tell your { -help-desk } that you are waiting, then sign in again.
approval-denied = Your first token was not approved for this PC. Ask your { -help-desk } what to do.
enrollment-off = You can't set up a token on this screen. Ask your { -help-desk } to set one up with you.
enrollment-over = The time for setting up a token by yourself has passed. Ask your { -help-desk } for an invitation.
enrollment-limit = This PC has set up as many people as it may today. Try tomorrow or on another PC, or ask your { -help-desk }.

## The parts of Countersign and Windows

working = One moment. You can cancel at any time.
starting = Countersign is starting. You can sign in in a few seconds.
unreachable = The server can't be reached. Check the network connection and try again, or ask your { -help-desk } for another way in.
clock-off = The clocks of this PC and the server are too far apart to check a code. Ask your { -help-desk } to set them right.
server-trouble = The server can't check codes at the moment. Try again in a few minutes; if it stays that way, tell your { -help-desk }.
machine-unknown = The server doesn't know this PC any more. Ask your { -help-desk } to join it again.
machine-suspended = This PC asked the server too often and has to wait. Try again in a few minutes or on another PC, or tell your { -help-desk }.
account-not-allowed = This PC can't sign in accounts of this kind. Use another account, or ask your { -help-desk } to allow yours.
machine-cloned = This PC is a copy of another one, so the server doesn't trust it yet. Ask your { -help-desk } to join it again.
not-joined = This PC is not joined to a Countersign server yet. Ask your { -help-desk } to join it.
timed-out = Too much time has passed, so this sign-in has ended. Type your user name and password again.
component-failed = A part of Countersign has stopped. Try again; if it stays that way, restart this PC or tell your { -help-desk }.
windows-refused = Countersign let you through, but Windows did not sign you in. This is what Windows says:
welcome = You are signed in.

## Said after the texts that name the help desk, when it is known whom to call.

-help-desk = help desk
support-line = Help: { $support }

## Names of fields. The English ones are promised to the outside.

field-title = Sign in
field-enroll-title = Token auto-registration
field-user-name = User name
field-password = Password
field-new-password = New password
field-repeat-password = Repeat new password
field-one-time-password = One-time password
field-enrollment-code = Enrollment code
field-qr-picture = QR code for your authenticator app
field-key = Key

## Commands. The English ones are promised to the outside.

command-submit = Continue
command-cancel = Cancel
command-show-qr = Show QR
command-hide-qr = Hide QR
command-show-key = Can't scan? Show the key
command-get-the-app = Get the app
command-start-over = Start over
