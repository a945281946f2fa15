@echo off
rem Takes back what register.cmd did. As an administrator; safe mode is enough.
set PROVIDER={F468CE09-3040-4A07-B968-43F3340FC7C4}
set FILTER={6BC92BBC-6588-4512-A848-6CC02C430487}
set AUTH=HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication

rem The filter first: without it every other way to sign in is back.
reg delete "%AUTH%\Credential Provider Filters\%FILTER%" /f
reg delete "%AUTH%\Credential Providers\%PROVIDER%" /f
reg delete "HKLM\SOFTWARE\Classes\CLSID\%FILTER%" /f
reg delete "HKLM\SOFTWARE\Classes\CLSID\%PROVIDER%" /f
